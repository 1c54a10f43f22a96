//! Likeness: which pages are of one template, told by sketches, which are hashes of some of a page's pieces. It knows bytes
//! alone; what is done with pages that are alike is the business of `pack`.

/// The bytes of the shortest piece that counts: shorter ones are on every page.
const PIECE_MIN: usize = 12;
/// One piece in this many is part of a sketch.
const SAMPLE: u64 = 8;

/// Hashes of some of a page's pieces, sorted: which of them are taken depends on nothing but the piece.
pub(in crate::store) fn sketch(page: &[u8]) -> Vec<u64> {
    let mut hashes = Vec::new();
    let mut begin = 0;
    for end in memchr::memchr2_iter(b'<', b'\n', page).chain([page.len()]) {
        let piece = &page[begin..end];
        begin = end + 1;
        if PIECE_MIN <= piece.len() && ends(piece).is_multiple_of(SAMPLE) {
            hashes.push(hash(piece));
        }
    }
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// A hash of both ends of a piece, to choose by: hashing all of it would take as long as compressing the page.
fn ends(piece: &[u8]) -> u64 {
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("words are of eight bytes"));
    let (first, last) = (word(&piece[..8]), word(&piece[piece.len() - 8..]));
    mix(mix(piece.len() as u64, first), last) >> 7
}

/// FNV-1a over words of eight bytes: quick, and good enough to tell pieces apart.
fn hash(piece: &[u8]) -> u64 {
    let mut chunks = piece.chunks_exact(8);
    let start = 0xCBF2_9CE4_8422_2325 ^ piece.len() as u64;
    let whole = chunks.by_ref().fold(start, |hash, it| {
        mix(hash, u64::from_le_bytes(it.try_into().expect("chunks are of eight")))
    });
    chunks.remainder().iter().fold(whole, |hash, it| mix(hash, u64::from(*it)))
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23)
}

/// The share of a page's pieces that are in another, in percent.
pub(in crate::store) fn likeness(page: &[u64], other: &[u64]) -> usize {
    let found = page.iter().filter(|it| other.binary_search(it).is_ok()).count();
    found * 100 / page.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_template_are_alike_and_others_are_not() {
        let page = |template: u32, story: &str| {
            let furniture =
                (0..300).map(|n| format!("<a href=\"/section-{}\">S</a>\n", n * 7919 + template));
            furniture.chain([format!("<p>{story}</p>")]).collect::<String>()
        };
        let (a, b, other) =
            (page(0, "The rupee fell."), page(0, "Cotton rose."), page(1, "The rupee fell."));
        let (a, b, other) = (sketch(a.as_bytes()), sketch(b.as_bytes()), sketch(other.as_bytes()));
        assert_eq!(likeness(&a, &a), 100);
        assert!(90 < likeness(&a, &b) && likeness(&a, &other) < 10, "{}", likeness(&a, &other));
        assert!((10..100).contains(&a.len()), "{}", a.len());
        assert_eq!(likeness(&sketch(b""), &a), 0);
    }
}
