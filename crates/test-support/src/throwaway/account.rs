//! Whom the servers run as, where root may not run them.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// An account of this machine, by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account that root lends to a server: `postgres` where the package made one,
    /// else `nobody`.
    pub(crate) fn unprivileged() -> Option<Self> {
        let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
        ["postgres", "nobody"].iter().find_map(|name| Self::parse(&passwd, name))
    }

    fn parse(passwd: &str, name: &str) -> Option<Self> {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some(Self { uid: number(numbers.next()?)?, gid: number(numbers.next()?)? })
    }
}

/// macOS writes `nobody` as -2.
fn number(field: &str) -> Option<u32> {
    let value: i64 = field.parse().ok()?;
    u32::try_from(value).ok().or_else(|| i32::try_from(value).ok().map(i32::cast_unsigned))
}

/// A command with nothing of our environment but the search path, in a directory that the
/// account can enter.
pub(crate) fn command(program: &Path, account: Option<Account>, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").current_dir(directory);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0::/root:/bin/sh\nnobody:*:-2:-2::/:/bin/false\n\
                          postgres2:x:1:1::/:/bin/sh\npostgres:x:101:104:a:/b:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(Account::parse(PASSWD, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(Account::parse(PASSWD, "nobod"), None);
    }

    #[test]
    fn a_negative_number_is_read_as_the_system_means_it() {
        let uid = u32::MAX - 1;
        assert_eq!(Account::parse(PASSWD, "nobody"), Some(Account { uid, gid: uid }));
    }
}
