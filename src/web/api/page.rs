//! Pages of lists on the wire: which part is asked for, and the envelope around the rows.

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::page::Cursor;
use crate::base::page::Order;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::wire::Query;
use crate::web::api::wire::camel;
use crate::web::error::ApiError;

/// Rows of a page when nobody says how many.
pub const DEFAULT_ROWS: usize = 20;
/// Rows of a page at most; more is answered with so many.
pub const MAX_ROWS: usize = 100;

/// How a list can be paged: a cursor counts before an offset, an offset before a page.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    /// `nextCursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Rows at most, 1 to 100.
    #[serde(default)]
    limit: Option<u64>,
    /// Rows to leave out.
    #[serde(default)]
    offset: Option<u64>,
    /// The number of the page, from 1.
    #[serde(default)]
    page: Option<u64>,
    /// Rows of a page, for clients that count pages.
    #[serde(default, alias = "pageSize")]
    per_page: Option<u64>,
}

/// How many rows a request asks for: 1 to 100.
#[must_use]
pub fn rows(asked: Option<u64>, default_rows: usize) -> usize {
    asked.map_or(default_rows, |count| {
        usize::try_from(count)
            .unwrap_or(MAX_ROWS)
            .clamp(1, MAX_ROWS)
    })
}

impl PageQuery {
    /// The part of the list that is meant.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub fn span(&self, default_rows: usize) -> Result<Span, Rejection> {
        let limit = rows(self.limit.or(self.per_page), default_rows);
        let skip = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let cursor = self.cursor.as_deref().filter(|text| !text.is_empty());
        let pages = self.page.unwrap_or(1).max(1) - 1;
        Ok(Span {
            cursor: match cursor {
                Some(text) => Some(text.parse().map_err(|_| {
                    Rejection::new(Code::InvalidCursor, "This cursor cannot be read.")
                })?),
                None => None,
            },
            offset: match (cursor, self.offset) {
                (Some(_), _) => 0,
                (None, Some(offset)) => skip(offset),
                (None, None) => skip(pages).saturating_mul(limit),
            },
            limit,
        })
    }
}

/// How a list is to be ordered.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SortQuery {
    /// By which field.
    sort_by: Option<String>,
    /// `asc` or `desc`.
    #[serde(alias = "sortDir")]
    sort_order: Option<String>,
}

/// A field a list can be ordered by: its name, what it stands for, and the end that comes first
/// when nobody says.
pub type SortField<T> = (&'static str, T, Order);

impl SortQuery {
    /// The field and the order that are meant; without a field, the first one.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming what there is.
    pub fn read<T: Copy>(&self, fields: &[SortField<T>]) -> Result<(T, Order), Rejection> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let name = filled(&self.sort_by).map(|name| camel(&name));
        let found = match &name {
            None => fields.first(),
            Some(name) => fields.iter().find(|field| field.0 == name),
        };
        let Some((_, by, usual)) = found.copied() else {
            let names: Vec<_> = fields.iter().map(|field| field.0).collect();
            let wrong = format!("must be one of {}", names.join(", "));
            return Err(Rejection::field("sortBy", wrong));
        };
        let order = match filled(&self.sort_order).map(|word| word.to_ascii_lowercase()) {
            None => usual,
            Some(word) if word == "asc" => Order::Ascending,
            Some(word) if word == "desc" => Order::Descending,
            Some(_) => return Err(Rejection::field("sortOrder", "must be asc or desc")),
        };
        Ok((by, order))
    }
}

/// The part of a list a request asks for, with `ROWS` rows when nobody says how many.
#[derive(Debug, Clone, Default)]
pub struct Asked<const ROWS: usize = DEFAULT_ROWS>(pub Span);

impl<const ROWS: usize> FromRequest for Asked<ROWS> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let query = Query::<PageQuery>::from_request(request, payload).into_inner();
        let span = query.and_then(|query| Ok(query.0.span(ROWS)?));
        std::future::ready(span.map(Self))
    }
}

/// A part of a short list that is held whole. Its cursor counts rows: such lists grow at their end.
///
/// # Errors
/// `INVALID_CURSOR`.
pub fn cut<T>(rows: Vec<T>, span: &Span, words: &str) -> Result<Page<T>, Rejection> {
    let start = match &span.cursor {
        Some(cursor) => place(cursor, words)?,
        None => span.offset,
    };
    let total = rows.len();
    let end = start.saturating_add(span.limit);
    let next = (end < total).then(|| Cursor::new((end as u64).to_be_bytes().to_vec(), words));
    Ok(Page {
        rows: rows.into_iter().skip(start).take(span.limit).collect(),
        next,
        total: Some(total as u64),
    })
}

fn place(cursor: &Cursor, words: &str) -> Result<usize, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let position = cursor
        .position(words)
        .map_err(|error| refuse(error.to_string()))?;
    let bytes: [u8; 8] = position
        .try_into()
        .map_err(|_| refuse("This cursor cannot be read.".to_owned()))?;
    Ok(usize::try_from(u64::from_be_bytes(bytes)).unwrap_or(usize::MAX))
}

/// The envelope around a page, for every family of clients at once.
#[must_use]
pub fn envelope(page: &Page<Value>, span: &Span) -> Map<String, Value> {
    let (limit, offset) = (span.limit as u64, span.offset as u64);
    let seen = offset + page.rows.len() as u64;
    // Clients follow the cursor alone, so without one there is no more.
    let has_more = page.next.is_some();
    let total = page.total.unwrap_or(seen + u64::from(has_more));
    let number = offset / limit.max(1) + 1;
    let pages = total.div_ceil(limit.max(1));
    let next = page.next.as_ref().map(ToString::to_string);
    let envelope = json!({
        "data": page.rows,
        "pagination": {
            "total": total, "limit": limit, "offset": offset, "page": number,
            "totalPages": pages, "hasMore": has_more, "nextCursor": next, "prevCursor": null,
        },
        "meta": {
            "pagination": {
                "page": number, "perPage": limit, "totalPages": pages, "totalCount": total,
                "hasNextPage": has_more, "hasPrevPage": offset > 0,
            },
        },
        "total": total, "hasMore": has_more, "nextCursor": next,
    });
    match envelope {
        Value::Object(envelope) => envelope,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn asked(query: &PageQuery) -> (usize, usize, bool) {
        let span = query.span(DEFAULT_ROWS).unwrap();
        (span.offset, span.limit, span.cursor.is_some())
    }

    #[test]
    fn a_cursor_counts_before_an_offset_and_an_offset_before_a_page() {
        let cursor = Some(Cursor::new(vec![1], "x").to_string());
        let query = |cursor: &Option<String>, limit, offset, page, per_page| PageQuery {
            cursor: cursor.clone(),
            limit,
            offset,
            page,
            per_page,
        };
        let none = None;
        let cases = [
            (query(&none, None, None, None, None), (0, 20, false)),
            (query(&none, Some(500), None, None, None), (0, 100, false)),
            (query(&none, Some(0), None, None, None), (0, 1, false)),
            (
                query(&none, Some(10), Some(30), Some(9), None),
                (30, 10, false),
            ),
            (query(&none, None, None, Some(3), Some(25)), (50, 25, false)),
            (query(&none, None, None, Some(0), None), (0, 20, false)),
            (query(&cursor, Some(5), Some(30), None, None), (0, 5, true)),
        ];
        for (query, expected) in cases {
            assert_eq!(asked(&query), expected, "{query:?}");
        }
        let broken = query(&Some("%".into()), None, None, None, None);
        assert_eq!(broken.span(20).unwrap_err().code, Code::InvalidCursor);
    }

    #[test]
    fn lists_are_ordered_by_the_fields_they_know() {
        let fields = [
            ("name", 1, Order::Ascending),
            ("createdAt", 2, Order::Descending),
        ];
        let read = |by: Option<&str>, order: Option<&str>| {
            let query = SortQuery {
                sort_by: by.map(str::to_owned),
                sort_order: order.map(str::to_owned),
            };
            query
                .read(&fields)
                .map_err(|refused| refused.fields[0].field.clone())
        };
        for (by, order, expected) in [
            (None, None, (1, Order::Ascending)),
            (None, Some("DESC"), (1, Order::Descending)),
            (Some("created_at"), None, (2, Order::Descending)),
            (Some("createdAt"), Some("asc"), (2, Order::Ascending)),
            (Some(""), Some(""), (1, Order::Ascending)),
        ] {
            assert_eq!(read(by, order).unwrap(), expected, "{by:?} {order:?}");
        }
        assert_eq!(read(Some("age"), None).unwrap_err(), "sortBy");
        assert_eq!(read(None, Some("up")).unwrap_err(), "sortOrder");
    }

    #[test]
    fn the_envelope_counts_for_every_family() {
        let page = Page {
            rows: vec![json!({"id": 1}), json!({"id": 2})],
            next: Some(Cursor::new(vec![1], "x")),
            total: Some(5),
        };
        let span = Span {
            cursor: None,
            offset: 2,
            limit: 2,
        };
        let body = Value::Object(envelope(&page, &span));
        assert_eq!(body["pagination"]["total"], 5);
        assert_eq!(body["pagination"]["page"], 2);
        assert_eq!(body["pagination"]["totalPages"], 3);
        assert_eq!(body["hasMore"], true);
        assert!(body["nextCursor"].is_string());
        assert!(body.get("success").is_none());
        assert_eq!(body["meta"]["pagination"]["hasPrevPage"], true);
    }

    #[test]
    fn the_end_of_a_list_says_so() {
        let page = Page {
            rows: vec![json!(1)],
            next: None,
            total: Some(1),
        };
        let body = Value::Object(envelope(
            &page,
            &Span {
                limit: 20,
                ..Span::default()
            },
        ));
        assert_eq!(body["hasMore"], false);
        assert!(body["nextCursor"].is_null());
        let unknown = Page {
            rows: vec![json!(1)],
            next: Some(Cursor::new(vec![1], "x")),
            total: None,
        };
        let body = Value::Object(envelope(
            &unknown,
            &Span {
                limit: 1,
                ..Span::default()
            },
        ));
        assert_eq!(body["total"], 2);
    }

    #[test]
    fn short_lists_are_walked_by_cursor() {
        let mut span = Span {
            limit: 2,
            ..Span::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = cut(vec![1, 2, 3, 4, 5], &span, "all").unwrap();
            seen.extend(page.rows);
            let Some(next) = page.next else { break };
            span.cursor = Some(next);
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        span.cursor = Some(Cursor::new(vec![0; 8], "other"));
        assert_eq!(
            cut(vec![1], &span, "all").unwrap_err().code,
            Code::InvalidCursor
        );
    }
}
