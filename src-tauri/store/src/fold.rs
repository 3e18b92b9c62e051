//! Names, as they are searched and as they are sorted.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// A name in the two forms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Folded {
    /// Lower case, without accents.
    pub plain: Box<str>,
    /// The same with å, ä and ö behind z; `None` where there is none of them.
    ordered: Option<Box<str>>,
}

impl Folded {
    pub fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self {
                plain: text.to_ascii_lowercase().into(),
                ordered: None,
            };
        }
        let (mut plain, mut ordered, mut differs) = (String::new(), String::new(), false);
        let lower = text.chars().flat_map(char::to_lowercase);
        let mut chars = DecomposingNormalizerBorrowed::new_nfkd()
            .normalize_iter(lower)
            .peekable();
        while let Some(char) = chars.next() {
            if is_accent(char) {
                continue;
            }
            let accent = chars.peek().copied().filter(|next| is_accent(*next));
            match without_accent(char) {
                Some(letters) => plain += letters,
                None => plain.push(char),
            }
            // '{', '|' and '}' are next behind z.
            let last = match (char, accent) {
                ('a', Some('\u{30a}')) => Some('{'),
                ('a', Some('\u{308}')) | ('æ', _) => Some('|'),
                ('o', Some('\u{308}')) | ('ø', _) => Some('}'),
                _ => None,
            };
            differs |= last.is_some();
            match (last, without_accent(char)) {
                (Some(last), _) => ordered.push(last),
                (None, Some(letters)) => ordered += letters,
                (None, None) => ordered.push(char),
            }
        }
        Self {
            plain: plain.into(),
            ordered: differs.then(|| ordered.into()),
        }
    }

    /// What it is sorted by: the order of a Swedish telephone book.
    pub fn order(&self) -> &str {
        self.ordered.as_deref().unwrap_or(&self.plain)
    }
}

fn is_accent(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}')
}

/// Letters that are no letter with an accent to Unicode, and are one to whoever types.
fn without_accent(char: char) -> Option<&'static str> {
    Some(match char {
        'æ' => "ae",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_matter_in_a_search() {
        let plain = |text: &str| Folded::of(text).plain.to_string();
        for (text, expected) in [
            ("Åsa Öberg", "asa oberg"),
            ("A\u{30a}sa", "asa"),
            ("Søren Ærø", "soren aero"),
            ("Łukasz Đorđević", "lukasz dordevic"),
            ("Groß", "gross"),
            ("İpek Işık", "ipek isik"),
            ("José Ñandú", "jose nandu"),
            ("王小明", "王小明"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn names_follow_one_another_as_in_a_swedish_telephone_book() {
        let mut names = [
            "Östen",
            "Ahlin",
            "Zorn",
            "Åberg",
            "Ärlig",
            "andré",
            "Olsson",
            "Andersson",
        ];
        names.sort_by(|one, other| Folded::of(one).order().cmp(Folded::of(other).order()));
        assert_eq!(
            names,
            [
                "Ahlin",
                "Andersson",
                "andré",
                "Olsson",
                "Zorn",
                "Åberg",
                "Ärlig",
                "Östen"
            ]
        );
    }
}
