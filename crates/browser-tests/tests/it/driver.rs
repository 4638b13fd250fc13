//! The driver itself: it sees what goes wrong, and does what a person can do and no more.

use browser_tests::Rules;
use browser_tests::driver::{Key, Tab, Window};
use test_support::Answer;
use test_support::proxy::{HttpProxy, Rule};

/// A site with one page.
struct Site(HttpProxy);

impl Site {
    fn new(html: &'static str) -> Self {
        Self::with(Answer::new(200, "text/html", html))
    }

    fn with(page: Answer) -> Self {
        let site = HttpProxy::start("http://127.0.0.1:1");
        site.always("/", Rule::Answer(page));
        site.always("/favicon.ico", Rule::Answer(Answer::new(200, "image/svg+xml", "<svg/>")));
        Self(site)
    }

    async fn open(&self) -> Tab {
        let tab = Tab::open(Window::DESK, &[self.0.url()]).await;
        tab.goto(&self.0.url()).await;
        tab
    }
}

/// Asserts that the page has exactly one problem, and that it is about `words`.
async fn assert_problem(tab: &Tab, words: &str) {
    tab.until(&format!("{words:?} is noticed"), async || {
        tab.problems().await.iter().any(|problem| problem.contains(words)).then_some(())
    })
    .await;
    tab.expect(words);
    assert!(tab.problems().await.is_empty(), "{:?}", tab.problems().await);
}

#[tokio::test]
async fn an_error_on_the_console_is_noticed() {
    let site = Site::new("<script>console.error('broken', 7)</script>");
    assert_problem(&site.open().await, "console error: broken 7").await;
}

#[tokio::test]
async fn an_exception_is_noticed() {
    let site = Site::new("<script>Promise.reject(new Error('nobody caught me'))</script>");
    assert_problem(&site.open().await, "nobody caught me").await;
}

#[tokio::test]
async fn what_the_security_policy_forbids_is_noticed() {
    let page = Answer::new(200, "text/html", "<p style='color: red'>Hello");
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'";
    let site = Site::with(page.with_header("content-security-policy", policy));
    let tab = site.open().await;
    tab.expect("ContentSecurityPolicyIssue");
    assert_problem(&tab, "violates the following Content Security Policy").await;
}

#[tokio::test]
async fn a_request_to_another_origin_is_noticed() {
    let other = Site::new("<p>Hello");
    let site = Site::new("<p>Hello");
    let tab = site.open().await;
    let script = format!("void fetch('{}/', {{ mode: 'no-cors' }})", other.0.url());
    tab.js::<()>(&script).await;
    assert_problem(&tab, "request to another origin: ").await;
}

#[tokio::test]
async fn a_refused_request_is_noticed() {
    let site = Site::new("<script>fetch('/nothing')</script>");
    site.0.always("/nothing", Rule::Answer(Answer::new(404, "text/plain", "")));
    assert_problem(&site.open().await, "status of 404").await;
}

#[tokio::test]
#[should_panic(expected = "something went wrong in the page")]
async fn a_test_whose_page_had_a_problem_fails() {
    let site = Site::new("<script>console.error('broken')</script>");
    drop(site.open().await);
}

#[tokio::test]
async fn what_is_covered_cannot_be_pressed_until_it_is_free() {
    let site = Site::new(
        "<button onclick='document.title = \"pressed\"'>Press</button>
         <div id='cover' style='position: fixed; inset: 0; background: white'></div>
         <script>setTimeout(() => document.getElementById('cover').remove(), 300)</script>",
    );
    let tab = site.open().await;
    tab.click("Press").await;
    assert_eq!(tab.js::<String>("document.title").await, "pressed");
    assert!(tab.js::<bool>("!document.getElementById('cover')").await);
}

#[tokio::test]
async fn without_javascript_pages_can_be_used_and_scripts_do_not_run() {
    let site = Site::new(
        "<form action='/sent'><label>Name <input name='name'></label><button>Send</button></form>
         <p id='p'></p><script>document.getElementById('p').textContent = 'scripted'</script>",
    );
    site.0.always("/sent", Rule::Answer(Answer::new(200, "text/html", "<h1>Thank you</h1>")));
    let tab = Tab::open(Window::PHONE, &[site.0.url()]).await;
    tab.javascript(false).await;
    tab.goto(&site.0.url()).await;
    assert!(!tab.text().await.contains("scripted"));
    tab.fill("Name", "Ada Lovelace").await;
    tab.click("Send").await;
    tab.headed("Thank you").await;
    assert_eq!(site.0.seen_at("/sent")[0].query.as_deref(), Some("name=Ada+Lovelace"));
}

#[tokio::test]
async fn the_keyboard_goes_from_stop_to_stop_and_presses() {
    let site = Site::new(
        "<a href='#one'>One</a> <label><input type='checkbox' id='box'>Two</label>
         <button onclick='document.title = \"pressed\"'>Three</button>",
    );
    let tab = site.open().await;
    tab.tab_to("Two").await;
    tab.press(Key::Space).await;
    assert!(tab.js::<bool>("document.getElementById('box').checked").await);
    tab.tab_to("Three").await;
    tab.press(Key::Enter).await;
    assert_eq!(tab.js::<String>("document.title").await, "pressed");
    tab.press(Key::ShiftTab).await;
    assert_eq!(tab.focus().await.unwrap().name, "Two");
}

#[tokio::test]
#[should_panic(expected = "nobody sees that the keyboard is at")]
async fn focus_that_nobody_sees_is_noticed() {
    let site = Site::new("<style>a { outline: none }</style><a href='#one'>One</a>");
    site.open().await.tab_to("One").await;
}

#[tokio::test]
async fn what_shuts_people_out_is_found() {
    let site =
        Site::new("<html lang='en'><title>T</title><main><h1>H</h1><img src='/favicon.ico'>");
    let tab = site.open().await;
    let found: Vec<String> =
        tab.axe(Rules::All).await.into_iter().map(|violation| violation.id).collect();
    assert_eq!(found, ["image-alt"]);
}

#[tokio::test]
async fn a_page_that_is_too_wide_is_found() {
    let site = Site::new(
        "<div id='cut' style='overflow: clip'><p style='width: 500px'>wide</p></div>
         <details><summary>More</summary><pre style='width: 500px'>wide</pre></details>",
    );
    let tab = site.open().await;
    assert!(tab.sideways().await.is_empty());
    tab.resize(Window::wide(320)).await;
    assert_eq!(tab.sideways().await, ["p"]);
}

#[tokio::test]
async fn no_two_tabs_share_a_cookie() {
    let site = Site::new("<p>Hello");
    let one = site.open().await;
    one.set_cookie(&site.0.url(), "session=secret").await;
    one.reload().await;
    let other = site.open().await;
    other.sees("Hello").await;
    let cookies: Vec<bool> =
        site.0.seen_at("/").iter().map(|r| r.header("cookie").is_some()).collect();
    assert_eq!(cookies, [false, true, false]);
}
