//! The addresses of companies' own pages: which symbol one is of. Who links to them is not asked here.

use super::address::without_scheme;

/// The hole of an address, where the symbol stands.
const SYMBOL: &str = "{symbol}";

/// Addresses of companies' pages, each with a hole for the symbol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanyPages(Vec<CompanyPage>);

/// What stands before and after the symbol, without the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CompanyPage {
    before: String,
    after: String,
}

impl CompanyPages {
    /// Reads addresses such as `https://example.com/company/{symbol}.html`. Returns `None` if one of them is no web address with one
    /// hole after its host.
    pub fn new(addresses: &[String]) -> Option<Self> {
        let page = |address: &String| {
            let (before, after) =
                Some(without_scheme(address)).filter(|it| *it != address)?.split_once(SYMBOL)?;
            let is_page = before.contains('/') && !after.contains(SYMBOL);
            is_page.then(|| CompanyPage { before: before.to_owned(), after: after.to_owned() })
        };
        addresses.iter().map(page).collect::<Option<_>>().map(Self)
    }

    /// Whether no address is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the symbol of the company whose page an address is: capitals and digits.
    pub fn symbol_in<'u>(&self, url: &'u str) -> Option<&'u str> {
        let url = without_scheme(url);
        let is_symbol = |it: &&str| {
            let mut bytes = it.bytes();
            !it.is_empty() && bytes.all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        };
        let symbol = |page: &CompanyPage| url.strip_prefix(&*page.before)?.strip_suffix(&*page.after);
        self.0.iter().filter_map(symbol).find(is_symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_company_says_its_symbol() {
        let addresses =
            ["https://a.example/live/{symbol}.html", "http://b.example/co/{symbol}"].map(str::to_owned);
        let pages = CompanyPages::new(&addresses).expect("addresses");
        let check = |url, expect: Option<&str>| assert_eq!(pages.symbol_in(url), expect, "{url}");
        check("https://a.example/live/WTL.html", Some("WTL"));
        check("http://a.example/live/786.html", Some("786"));
        check("https://b.example/co/OGDC", Some("OGDC"));
        check("https://a.example/live/.html", None);
        check("https://a.example/live/all.html", None);
        check("https://a.example/live/WTL", None);
        check("https://a.example/live/WTL/x.html", None);
        check("https://c.example/live/WTL.html", None);
        check("/live/WTL.html", None);
    }

    #[test]
    fn an_address_has_one_hole_after_its_host() {
        for bad in [
            "https://a.example/x",
            "/live/{symbol}",
            "https://{symbol}.example",
            "https://a.example/{symbol}/{symbol}",
        ] {
            assert_eq!(CompanyPages::new(&[bad.to_owned()]), None, "{bad}");
        }
        assert!(CompanyPages::new(&[]).expect("none").is_empty());
    }
}
