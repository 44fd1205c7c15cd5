//! What is wrong with a value, in words for the person who sent it.

use serde::de::Unexpected;

use crate::model::rejection::Rejection;

/// What is wrong with which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    path: String,
    message: String,
}

impl Wrong {
    /// The same, at a path, unless it knows a finer one.
    pub(super) fn at(mut self, path: &str) -> Self {
        if self.path.is_empty() {
            path.clone_into(&mut self.path);
        }
        self
    }

    /// The refusal that says it.
    pub(super) fn into_rejection(self) -> Rejection {
        let field = if self.path.is_empty() {
            "body"
        } else {
            &self.path
        };
        Rejection::field(field, self.message)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.path, self.message)
    }
}

impl std::error::Error for Wrong {}

impl serde::de::Error for Wrong {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self {
            path: String::new(),
            message: message.to_string(),
        }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::custom(format!("must be {}", plain(expected)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::custom(format!("must be {}", plain(expected)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format!("must be one of {}", expected.join(", ")))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self {
            path: field.to_owned(),
            message: "came twice, under two names".to_owned(),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            path: field.to_owned(),
            message: "is required".to_owned(),
        }
    }
}

/// What serde expects, in words for people.
fn plain(expected: &dyn serde::de::Expected) -> String {
    let words = expected.to_string();
    match words.as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        _ => words,
    }
}
