//! The names of months and weekdays in the languages that newspapers write dates in: those of Unicode's CLDR (formats wide and
//! abbreviated, and the form after a day where a language has one), in lower case.
//!
//! It is a table and knows no date. A name that means two months in two languages is left to the language that more papers
//! write; the one that two neighbours differ about is told by the dot after the day (`is_doubtful`).

use std::cmp::Ordering;

/// Names of months with their numbers, in the order of their bytes.
#[rustfmt::skip]
static MONTHS: &[(&str, u32)] = &[
    ("abr", 4), ("abril", 4), ("ago", 8), ("agost", 8), ("agosti", 8), ("agosto", 8), ("agt", 8),
    ("agu", 8), ("agustus", 8), ("aout", 8), ("août", 8), ("apr", 4), ("april", 4), ("aprila", 4),
    ("aprile", 4), ("aprili", 4), ("aprilie", 4), ("aprill", 4), ("apríl", 4), ("apríla", 4),
    ("aprīlis", 4), ("aprīlī", 4), ("aprīļa", 4), ("ara", 12), ("aralık", 12), ("aug", 8),
    ("august", 8), ("augusta", 8), ("augusti", 8), ("augusts", 8), ("augustus", 8), ("augustā", 8),
    ("augusztus", 8), ("avgusta", 8), ("avr", 4), ("avril", 4), ("ağu", 8), ("ağustos", 8),
    ("balandžio", 4), ("birželio", 6), ("březen", 3), ("března", 3), ("cze", 6), ("czerwca", 6),
    ("czerwiec", 6), ("dec", 12), ("december", 12), ("decembra", 12), ("decembre", 12),
    ("decembrie", 12), ("decembris", 12), ("decembrī", 12), ("des", 12), ("desemba", 12),
    ("desember", 12), ("desembre", 12), ("detsember", 12), ("dez", 12), ("dezember", 12),
    ("dezembro", 12), ("dic", 12), ("dicembre", 12), ("diciembre", 12), ("dis", 12),
    ("disember", 12), ("duben", 4), ("dubna", 4), ("déc", 12), ("décembre", 12), ("eki", 10),
    ("ekim", 10), ("elokuu", 8), ("elokuuta", 8), ("ene", 1), ("enero", 1), ("eyl", 9),
    ("eylül", 9), ("feb", 2), ("febbraio", 2), ("feber", 2), ("febr", 2), ("febrer", 2),
    ("febrero", 2), ("februar", 2), ("februari", 2), ("februarie", 2), ("februarja", 2),
    ("february", 2), ("február", 2), ("februára", 2), ("februāra", 2), ("februāris", 2),
    ("februārī", 2), ("fev", 2), ("fevereiro", 2), ("fevrier", 2), ("fév", 2), ("févr", 2),
    ("février", 2), ("gegužės", 5), ("gen", 1), ("gener", 1), ("gennaio", 1), ("giu", 6),
    ("giugno", 6), ("gru", 12), ("grudnia", 12), ("grudzień", 12), ("gruodžio", 12), ("haz", 6),
    ("haziran", 6), ("heinäkuu", 7), ("heinäkuuta", 7), ("helmikuu", 2), ("helmikuuta", 2),
    ("huhtikuu", 4), ("huhtikuuta", 4), ("ian", 1), ("ianuarie", 1), ("iul", 7), ("iulie", 7),
    ("iun", 6), ("iunie", 6), ("jaanuar", 1), ("jan", 1), ("janeiro", 1), ("januar", 1),
    ("januari", 1), ("januarie", 1), ("januarja", 1), ("january", 1), ("január", 1), ("januára", 1),
    ("janv", 1), ("janvier", 1), ("janvāra", 1), ("janvāris", 1), ("janvārī", 1), ("joulukuu", 12),
    ("joulukuuta", 12), ("juil", 7), ("juill", 7), ("juillet", 7), ("juin", 6), ("jul", 7),
    ("julai", 7), ("julho", 7), ("juli", 7), ("julie", 7), ("julija", 7), ("julio", 7),
    ("juliol", 7), ("july", 7), ("jun", 6), ("june", 6), ("junho", 6), ("juni", 6), ("junie", 6),
    ("junija", 6), ("junio", 6), ("juny", 6), ("juuli", 7), ("juuni", 6), ("jän", 1), ("jänner", 1),
    ("júl", 7), ("júla", 7), ("július", 7), ("jún", 6), ("júna", 6), ("június", 6), ("jūlija", 7),
    ("jūlijs", 7), ("jūlijā", 7), ("jūnija", 6), ("jūnijs", 6), ("jūnijā", 6), ("kas", 11),
    ("kasım", 11), ("kesäkuu", 6), ("kesäkuuta", 6), ("kolovoza", 8), ("kovo", 3), ("květen", 5),
    ("května", 5), ("kwi", 4), ("kwiecień", 4), ("kwietnia", 4), ("lapkričio", 11), ("leden", 1),
    ("ledna", 1), ("liepos", 7), ("lip", 7), ("lipca", 7), ("lipiec", 7), ("lipnja", 6),
    ("lis", 11), ("listopad", 11), ("listopada", 11), ("listopadu", 11), ("lokakuu", 10),
    ("lokakuuta", 10), ("lug", 7), ("luglio", 7), ("lut", 2), ("lutego", 2), ("luty", 2),
    ("maaliskuu", 3), ("maaliskuuta", 3), ("maart", 3), ("mac", 3), ("machi", 3), ("mag", 5),
    ("maggio", 5), ("mai", 5), ("maig", 5), ("maija", 5), ("maijs", 5), ("maijā", 5), ("maio", 5),
    ("maj", 5), ("maja", 5), ("mar", 3), ("marca", 3), ("march", 3), ("marec", 3), ("maret", 3),
    ("marraskuu", 11), ("marraskuuta", 11), ("mars", 3), ("mart", 3), ("marta", 3), ("martie", 3),
    ("marts", 3), ("martā", 3), ("marzec", 3), ("marzo", 3), ("març", 3), ("março", 3), ("may", 5),
    ("mayo", 5), ("mayıs", 5), ("mei", 5), ("mrt", 3), ("mrz", 3), ("máj", 5), ("mája", 5),
    ("május", 5), ("márc", 3), ("március", 3), ("mär", 3), ("märts", 3), ("märz", 3), ("nis", 4),
    ("nisan", 4), ("noi", 11), ("noiembrie", 11), ("nov", 11), ("novemba", 11), ("november", 11),
    ("novembra", 11), ("novembre", 11), ("novembris", 11), ("novembro", 11), ("novembrī", 11),
    ("noviembre", 11), ("oca", 1), ("ocak", 1), ("oct", 10), ("october", 10), ("octobre", 10),
    ("octombrie", 10), ("octubre", 10), ("ogo", 8), ("ogos", 8), ("okt", 10), ("oktoba", 10),
    ("oktober", 10), ("oktobra", 10), ("oktobris", 10), ("oktobrī", 10), ("oktoober", 10),
    ("október", 10), ("októbra", 10), ("ott", 10), ("ottobre", 10), ("out", 10), ("outubro", 10),
    ("ožujka", 3), ("paź", 10), ("październik", 10), ("października", 10), ("prosinca", 12),
    ("prosince", 12), ("prosinec", 12), ("rugpjūčio", 8), ("rugsėjo", 9), ("rujna", 9),
    ("sausio", 1), ("sep", 9), ("sept", 9), ("septemba", 9), ("september", 9), ("septembra", 9),
    ("septembre", 9), ("septembrie", 9), ("septembris", 9), ("septembrī", 9), ("septiembre", 9),
    ("set", 9), ("setembre", 9), ("setembro", 9), ("setiembre", 9), ("settembre", 9), ("sie", 8),
    ("sierpień", 8), ("sierpnia", 8), ("siječnja", 1), ("spalio", 10), ("srpen", 8), ("srpna", 8),
    ("srpnja", 7), ("studenog", 11), ("studenoga", 11), ("sty", 1), ("styczeń", 1), ("stycznia", 1),
    ("svibnja", 5), ("syyskuu", 9), ("syyskuuta", 9), ("szept", 9), ("szeptember", 9),
    ("tammikuu", 1), ("tammikuuta", 1), ("tem", 7), ("temmuz", 7), ("toukokuu", 5),
    ("toukokuuta", 5), ("travnja", 4), ("vasario", 2), ("veebruar", 2), ("veljače", 2), ("wrz", 9),
    ("wrzesień", 9), ("września", 9), ("září", 9), ("ápr", 4), ("április", 4), ("únor", 2),
    ("února", 2), ("červen", 6), ("července", 7), ("červenec", 7), ("června", 6), ("říjen", 10),
    ("října", 10), ("şub", 2), ("şubat", 2), ("απρ", 4), ("απριλίου", 4), ("αυγ", 8),
    ("αυγούστου", 8), ("δεκ", 12), ("δεκεμβρίου", 12), ("ιαν", 1), ("ιανουαρίου", 1), ("ιουλ", 7),
    ("ιουλίου", 7), ("ιουν", 6), ("ιουνίου", 6), ("μαΐ", 5), ("μαΐου", 5), ("μαρ", 3),
    ("μαρτίου", 3), ("νοε", 11), ("νοεμβρίου", 11), ("οκτ", 10), ("οκτωβρίου", 10), ("σεπ", 9),
    ("σεπτεμβρίου", 9), ("φεβ", 2), ("φεβρουαρίου", 2), ("авг", 8), ("август", 8), ("августа", 8),
    ("апр", 4), ("апрель", 4), ("апреля", 4), ("април", 4), ("березня", 3), ("вересня", 9),
    ("грудня", 12), ("дек", 12), ("декабрь", 12), ("декабря", 12), ("декември", 12), ("жовтня", 10),
    ("июл", 7), ("июль", 7), ("июля", 7), ("июн", 6), ("июнь", 6), ("июня", 6), ("квітня", 4),
    ("липня", 7), ("листопада", 11), ("лютого", 2), ("май", 5), ("мар", 3), ("март", 3),
    ("марта", 3), ("мая", 5), ("ноември", 11), ("ноя", 11), ("нояб", 11), ("ноябрь", 11),
    ("ноября", 11), ("окт", 10), ("октомври", 10), ("октябрь", 10), ("октября", 10), ("сен", 9),
    ("сент", 9), ("сентябрь", 9), ("сентября", 9), ("септември", 9), ("серпня", 8), ("січня", 1),
    ("травня", 5), ("фев", 2), ("февраль", 2), ("февраля", 2), ("февруари", 2), ("червня", 6),
    ("юли", 7), ("юни", 6), ("янв", 1), ("январь", 1), ("января", 1), ("януари", 1), ("آوریل", 4),
    ("أبريل", 4), ("أغسطس", 8), ("أكتوبر", 10), ("ابريل", 4), ("اغسطس", 8), ("اكتوبر", 10),
    ("اوت", 8), ("اپریل", 4), ("اکتبر", 10), ("اکتوبر", 10), ("اگست", 8), ("جنوری", 1),
    ("جولائی", 7), ("جون", 6), ("دسامبر", 12), ("دسمبر", 12), ("ديسمبر", 12), ("سبتمبر", 9),
    ("ستمبر", 9), ("سپتامبر", 9), ("فبراير", 2), ("فروری", 2), ("فوریه", 2), ("مئی", 5),
    ("مارس", 3), ("مارچ", 3), ("مايو", 5), ("مه", 5), ("نوامبر", 11), ("نوفمبر", 11), ("نومبر", 11),
    ("يناير", 1), ("يوليه", 7), ("يوليو", 7), ("يونيه", 6), ("يونيو", 6), ("ژانویه", 1),
    ("ژوئن", 6), ("ژوئیه", 7), ("अक्टू", 10), ("अक्टूबर", 10), ("अक्तूबर", 10), ("अग", 8),
    ("अगस्त", 8), ("अप्रैल", 4), ("जन", 1), ("जनवरी", 1), ("जुल", 7), ("जुलाई", 7), ("जून", 6),
    ("दिस", 12), ("दिसंबर", 12), ("दिसम्बर", 12), ("नव", 11), ("नवंबर", 11), ("नवम्बर", 11),
    ("फरवरी", 2), ("फ़र", 2), ("फ़रवरी", 2), ("मई", 5), ("मार्च", 3), ("सित", 9), ("सितंबर", 9),
    ("सितम्बर", 9), ("অক্টোবর", 10), ("আগস্ট", 8), ("এপ্রিল", 4), ("জানুয়ারি", 1),
    ("জানুয়ারী", 1), ("জুন", 6), ("জুলাই", 7), ("ডিসেম্বর", 12), ("নভেম্বর", 11),
    ("ফেব্রুয়ারি", 2), ("ফেব্রুয়ারী", 2), ("মার্চ", 3), ("মে", 5), ("সেপ্টেম্বর", 9),
];

/// Names of weekdays, in the order of their bytes.
#[rustfmt::skip]
static WEEKDAYS: &[&str] = &[
    "cuma", "cumartesi", "czwartek", "di", "dienstag", "dim", "dimanche", "dinsdag", "do", "dom",
    "domenica", "domingo", "donderdag", "donnerstag", "fr", "fre", "fredag", "freitag", "fri",
    "friday", "gio", "giovedì", "jeu", "jeudi", "jue", "jueves", "jumat", "kamis", "keskiviikko",
    "lauantai", "lun", "lundi", "lunedì", "lunes", "lördag", "lør", "lørdag", "maanantai",
    "maandag", "man", "mandag", "mardi", "martedì", "martes", "mer", "mercoledì", "mercredi", "mi",
    "minggu", "mittwoch", "mié", "miércoles", "mo", "mon", "monday", "montag", "måndag", "neděle",
    "niedziela", "ons", "onsdag", "pazar", "pazartesi", "perjantai", "perşembe", "piątek",
    "pondělí", "poniedziałek", "pátek", "quarta", "quinta", "rabu", "sa", "sabato", "sabtu", "salı",
    "sam", "samedi", "samstag", "sat", "saturday", "segunda", "selasa", "senin", "sexta", "so",
    "sobota", "sonnabend", "sonntag", "středa", "sun", "sunday", "sunnuntai", "sáb", "sábado",
    "söndag", "søn", "søndag", "terça", "thu", "thur", "thurs", "thursday", "tiistai", "tir",
    "tirsdag", "tisdag", "tor", "torsdag", "torstai", "tue", "tues", "tuesday", "ven", "vendredi",
    "venerdì", "vie", "viernes", "vrijdag", "wed", "wednesday", "weds", "woensdag", "wtorek",
    "zaterdag", "zondag", "çarşamba", "úterý", "čtvrtek", "środa", "воскресенье", "вс", "вт",
    "вторник", "пн", "понедельник", "пт", "пятница", "сб", "ср", "среда", "суббота", "четверг",
    "чт", "اتوار", "الأحد", "الأربعاء", "الاثنين", "الثلاثاء", "الجمعة", "الخميس", "السبت", "بدھ",
    "جمعرات", "جمعہ", "منگل", "پیر", "ہفتہ", "गुरुवार", "बुधवार", "मंगलवार", "रविवार", "शनिवार",
    "शुक्रवार", "सोमवार",
];

/// No name of a month or weekday is longer.
const NAME_CHARS_MAX: usize = 16;

/// Returns the number of the month that a word names, in whatever case. A dot at its end is no part of the word.
pub(in crate::extract) fn month(word: &str) -> Option<u32> {
    let at = MONTHS.binary_search_by(|it| compare(it.0, word)).ok().filter(|_| is_short(word))?;
    Some(MONTHS[at].1)
}

/// Whether a word is the name of a weekday.
pub(super) fn is_weekday(word: &str) -> bool {
    is_short(word) && WEEKDAYS.binary_search_by(|it| compare(it, word)).is_ok()
}

/// Whether a name means another month in the language that writes a dot after the day: October in Croatian, November in Polish.
pub(in crate::extract) fn is_doubtful(word: &str) -> bool {
    compare("listopada", word) == Ordering::Equal
}

fn is_short(word: &str) -> bool {
    !word.is_empty() && word.chars().nth(NAME_CHARS_MAX).is_none()
}

/// Compares a name of a table, which is in lower case, with a word in whatever case.
fn compare(name: &str, word: &str) -> Ordering {
    name.chars().cmp(word.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order_and_in_lower_case() {
        assert!(MONTHS.windows(2).all(|it| it[0].0 < it[1].0));
        assert!(WEEKDAYS.windows(2).all(|it| it[0] < it[1]));
        let names = MONTHS.iter().map(|it| it.0).chain(WEEKDAYS.iter().copied());
        for name in names {
            assert_eq!(name, name.to_lowercase());
            assert!(name.chars().count() <= NAME_CHARS_MAX, "{name}");
        }
    }

    #[test]
    fn months_have_names_in_many_languages() {
        for (word, number) in [
            ("March", 3),
            ("MÄRZ", 3),
            ("août", 8),
            ("Aug", 8),
            ("września", 9),
            ("июня", 6),
            ("जनवरी", 1),
            ("دسمبر", 12),
            ("sept", 9),
            ("desember", 12),
        ] {
            assert_eq!(month(word), Some(number), "{word}");
        }
        for word in ["", "Smarch", "the", "marchmarchmarchmarch", "Montag"] {
            assert_eq!(month(word), None, "{word}");
        }
        assert!(is_weekday("Freitag") && is_weekday("Thu") && !is_weekday("Reuters"));
    }
}
