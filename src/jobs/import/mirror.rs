//! The address of a page by its place in a mirror: tools such as wget save `https://host/a/b` as `host/a/b`, `host/a/b.html` or
//! `host/a/b/index.html`. What a page says of itself counts before it; this is decided in `reading` and `keeping`.

use std::path::{Component, Path};

use url::Url;

use crate::{config::Profile, model::bare_host};

/// Names that servers and mirrors give to the page of a folder.
const INDEXES: [&str; 4] = ["index.html", "index.htm", "index.php", "default.html"];

/// Returns the address of a file below a folder that is called as a host of the site; `None` where it is below none. Of the forms that the address may have had, it is
/// one that is an article's.
pub fn mirrored(path: &Path, profile: &Profile) -> Option<Url> {
    let parts = path.components().filter_map(|it| match it {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    let parts: Vec<&str> = parts.collect();
    let host_at = parts.iter().rposition(|it| is_host(it, profile))?;
    let (host, rest) = (parts[host_at], parts.get(host_at + 1..)?);
    let (name, folders) = rest.split_last()?;
    // wget writes the query of an address into the name.
    let name = name.split('?').next().unwrap_or_default();
    let is_index = INDEXES.iter().any(|it| name.eq_ignore_ascii_case(it));
    let bare = name.strip_suffix(".html").or_else(|| name.strip_suffix(".htm"));
    let forms = [is_index.then_some(""), bare.filter(|_| !is_index), Some(name)];
    let address = |name: &str| {
        let path = [folders, &[name]].concat().join("/");
        let mut url = Url::parse(&format!("{}://{host}/", profile.base_url.scheme())).ok()?;
        url.set_path(&path);
        Some(url)
    };
    let mut addresses = forms.into_iter().flatten().filter_map(address);
    let first = addresses.next()?;
    let is_article = |it: &Url| profile.page_key(it).is_some();
    Some(if is_article(&first) { first } else { addresses.find(is_article).unwrap_or(first) })
}

/// Whether a folder is called as a host of the site, whatever port is written after it.
pub fn is_host(name: &str, profile: &Profile) -> bool {
    let host = name.split([':', '+']).next().unwrap_or_default();
    let host = bare_host(host);
    profile.hosts.iter().any(|it| it.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_place_in_a_mirror_is_an_address() {
        let profile = Config::default().profile;
        let check = |path: &str, expect: Option<&str>| {
            let found = mirrored(Path::new(path), &profile);
            let path = found.as_ref().map(|it| {
                profile.article_url(it).map_or(it.path().to_owned(), |it| it.path().to_owned())
            });
            assert_eq!(path.as_deref(), expect);
        };
        check("mirror/www.brecorder.com/news/1/a/index.html", Some("/news/1/a"));
        check("mirror/www.brecorder.com/news/1/a.html", Some("/news/1/a"));
        check("mirror/brecorder.com/news/1/a", Some("/news/1/a"));
        check("mirror/brecorder.com/news/1", Some("/news/1"));
        check("mirror/brecorder.com/news/1/a?utm=x.html", Some("/news/1/a"));
        check("mirror/www.brecorder.com/index.html", Some("/"));
        check("mirror/www.brecorder.com/404.html", Some("/404"));
        check("mirror/elsewhere.example/news/1/a.html", None);
        check("saved/page.html", None);
        check("www.brecorder.com", None);
    }
}
