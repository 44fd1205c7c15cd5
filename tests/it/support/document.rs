//! The API's own document, as the list of everything that can be asked.

use reqwest::Method;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::support::server::Server;

/// One thing that can be asked of the API.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path with its placeholders.
    pub path: String,
    /// The fields of the JSON body, by name; none where no JSON is taken.
    pub fields: Option<Map<String, Value>>,
    /// A body with the least that is required.
    pub least: Value,
    /// The parameters of the query and their types.
    pub query: Vec<(String, Vec<String>)>,
}

impl Operation {
    /// Everything the document of a server lists.
    pub async fn all(server: &Server) -> Vec<Self> {
        let document = server.anonymous();
        let document = document.send(Method::GET, "/openapi.json", None).await.ok();
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push(Self::read(&document, path, method, operation));
            }
        }
        all
    }

    fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let takes_json = !schema.is_null();
        let schema = resolved(document, schema);
        let parameters = operation["parameters"].as_array();
        let query = parameters
            .into_iter()
            .flatten()
            .filter(|one| one["in"] == "query");
        Self {
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            fields: takes_json.then(|| {
                schema["properties"]
                    .as_object()
                    .cloned()
                    .unwrap_or_default()
            }),
            least: least(document, schema),
            query: query
                .map(|one| {
                    (
                        one["name"].as_str().unwrap().to_owned(),
                        types(&one["schema"]),
                    )
                })
                .collect(),
        }
    }

    /// The address with every placeholder filled in by `id`.
    pub fn at(&self, id: impl Fn(&str) -> String) -> String {
        let mut address = String::new();
        let mut before = "";
        for part in self.path.split('/').skip(1) {
            address.push('/');
            if part.starts_with('{') {
                address.push_str(&id(before));
            } else {
                address.push_str(part);
            }
            before = part;
        }
        address
    }

    /// The address with ids of things that are not there.
    pub fn nowhere(&self) -> String {
        self.at(absent)
    }
}

/// The id of a thing that is not there, in an address behind this word.
pub fn absent(behind: &str) -> String {
    let prefix = match behind {
        "channels" => "ch",
        "contacts" => "contact",
        "conversations" => "conv",
        "messages" => "msg",
        "users" => "user",
        "teams" => "team",
        "tags" => "tag",
        "api-keys" => "key",
        "templates" => "tpl",
        "views" => "view",
        // An id of the business's own, and whatever comes later.
        _ => return "nobody".to_owned(),
    };
    format!("{prefix}_{}", "0".repeat(26))
}

/// The JSON types a schema accepts.
pub fn types(schema: &Value) -> Vec<String> {
    match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(name) => {
            let name = name.rsplit('/').next().unwrap();
            &document["components"]["schemas"][name]
        }
        None => schema,
    }
}

/// The smallest body that a schema accepts, naming things that are not there.
fn least(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match types(schema).first().map(String::as_str) {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let field = |name: &Value| {
                let name = name.as_str().unwrap();
                let value = least(document, &schema["properties"][name]);
                (name.to_owned(), value)
            };
            Value::Object(required.iter().map(field).collect())
        }
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => json!(1),
        _ => match schema["pattern"].as_str() {
            Some(pattern) => {
                let prefix = pattern.trim_start_matches('^').split('_').next().unwrap();
                json!(format!("{prefix}_{}", "0".repeat(26)))
            }
            None => json!("x"),
        },
    }
}
