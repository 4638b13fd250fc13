#![allow(warnings, clippy::all, clippy::allow_attributes_without_reason)]
use test_support::postgres::*;
use std::time::Instant;
async fn migrate(url: String) -> Result<(), String> { Ok(()) }
fn main() {
    let t = Instant::now();
    if std::env::args().nth(1).as_deref() == Some("hang") {
        let c = Cluster::start(&Options::default()).unwrap();
        println!("cluster {} in {:?}", c.url("postgres"), t.elapsed());
        let t = Instant::now();
        println!("redis {} in {:?}", test_support::redis::shared_url(), t.elapsed());
        std::thread::park();
    }
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    rt.block_on(async {
        shared(); println!("cluster {:?}", t.elapsed());
        let template = std::sync::Arc::new(Template { name: "t", fingerprint: "1".into(), migrate });
        let t = Instant::now(); let d = TestDatabase::create(&template).await; println!("first {:?}", t.elapsed());
        for _ in 0..3 {
        let t = Instant::now(); let d = TestDatabase::create(&template).await; println!("create {:?}", t.elapsed());
        let t = Instant::now(); drop(d); println!("drop {:?}", t.elapsed()); }
        for n in [2usize, 8, 32] {
        let t = Instant::now();
        let hs: Vec<_> = (0..n).map(|_| { let template = template.clone(); tokio::spawn(async move { let d = TestDatabase::create(&template).await; 
          tokio::task::spawn_blocking(move || drop(d)).await; }) }).collect();
        for h in hs { h.await.unwrap(); }
        println!("{n} parallel create+drop {:?}", t.elapsed());
        }
    });
}
