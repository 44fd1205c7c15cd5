//! Routes of the API: one call adds a route and what the document says of it, so that no route is
//! undocumented, no document is about nothing, and who may use a route is what the document says.

use actix_web::Error;
use actix_web::FromRequest;
use actix_web::Handler;
use actix_web::Responder;
use actix_web::body::EitherBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::web::ServiceConfig;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;

use crate::model::permission::Permission;
use crate::web::api::caller;
use crate::web::api::page::PageQuery;
use crate::web::error::ApiError;

/// A schema and its name.
pub type Named = (String, RefOr<Schema>);

/// Makes the schema of one type.
type Describe = fn() -> RefOr<Schema>;
/// Adds schemas of a type, or those it refers to.
type Gather = fn(&mut Vec<Named>);

/// What the document says of one route. Schemas are made when somebody asks for them: a server that
/// starts needs none.
#[derive(Clone)]
pub struct Doc {
    /// The method.
    pub method: Method,
    /// The path below the prefix.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The subject it is listed under.
    pub tag: &'static str,
    /// What the caller must be allowed to do.
    pub access: Access,
    query: Vec<Describe>,
    /// The body taken.
    pub takes: Takes,
    /// The answer.
    pub gives: Gives,
    schemas: Vec<Gather>,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Everybody who is signed in or has a key.
    SignedIn,
    /// Who has the permission.
    Needs(Permission),
}

/// What a route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// No body.
    Nothing,
    /// One thing of that name.
    One(String),
    /// A form with a file in the field of that name.
    File(&'static str),
}

/// What a route answers with when all goes well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    /// One thing of that name.
    One(String),
    /// One new thing of that name.
    Made(String),
    /// A page of things of that name.
    List(String),
    /// 204.
    Nothing,
    /// Something else, of this media type.
    Bytes(&'static str),
    /// A socket.
    Socket,
}

impl Doc {
    /// Says what the route is for.
    pub fn says(&mut self, summary: &'static str) -> &mut Self {
        self.summary = summary;
        self
    }

    /// Says what the caller must be allowed to do.
    pub fn needs(&mut self, permission: Permission) -> &mut Self {
        self.access = Access::Needs(permission);
        self
    }

    /// Says that nobody is asked who they are.
    pub fn anyone(&mut self) -> &mut Self {
        self.access = Access::Anyone;
        self
    }

    /// Says which query it understands.
    pub fn query<T: ToSchema>(&mut self) -> &mut Self {
        self.query.push(T::schema);
        self.schemas.push(T::schemas);
        self
    }

    /// Says which body it takes.
    pub fn takes<T: ToSchema>(&mut self) -> &mut Self {
        self.takes = Takes::One(self.add::<T>());
        self
    }

    /// Says that it takes a form with a file in that field.
    pub fn takes_file(&mut self, field: &'static str) -> &mut Self {
        self.takes = Takes::File(field);
        self
    }

    /// Says that it answers with one thing.
    pub fn gives<T: ToSchema>(&mut self) -> &mut Self {
        self.gives = Gives::One(self.add::<T>());
        self
    }

    /// Says that it answers with the thing it made.
    pub fn makes<T: ToSchema>(&mut self) -> &mut Self {
        self.gives = Gives::Made(self.add::<T>());
        self
    }

    /// Says that it answers with a page of things, and so can be asked for a certain one.
    pub fn lists<T: ToSchema>(&mut self) -> &mut Self {
        self.query::<PageQuery>();
        self.gives_rows::<T>()
    }

    /// Says that it answers with a row for each thing it was asked, whole.
    pub fn gives_rows<T: ToSchema>(&mut self) -> &mut Self {
        self.gives = Gives::List(self.add::<T>());
        self
    }

    /// Says that it answers with something of that media type.
    pub fn bytes(&mut self, media_type: &'static str) -> &mut Self {
        self.gives = Gives::Bytes(media_type);
        self
    }

    /// Says that it becomes a socket.
    pub fn socket(&mut self) -> &mut Self {
        self.gives = Gives::Socket;
        self
    }

    fn add<T: ToSchema>(&mut self) -> String {
        self.schemas.push(|all| {
            all.push((T::name().into_owned(), T::schema()));
            T::schemas(all);
        });
        T::name().into_owned()
    }

    /// The query it understands, as objects.
    pub fn query_schemas(&self) -> impl Iterator<Item = RefOr<Schema>> {
        self.query.iter().map(|describe| describe())
    }

    /// The schemas it speaks of, and those they refer to.
    #[must_use]
    pub fn schemas(&self) -> Vec<Named> {
        let mut all = Vec::new();
        for gather in &self.schemas {
            gather(&mut all);
        }
        all
    }
}

impl Access {
    /// Lets a request through or refuses it, before its body is read: who may not use a route
    /// learns nothing of what it takes.
    async fn guard<B: MessageBody>(
        self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<EitherBody<B>>, Error> {
        match self.check(&request) {
            Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
            // An answer and no error: so the frame around puts into it what belongs into every one.
            Err(refused) => Ok(request.error_response(refused).map_into_right_body()),
        }
    }

    fn check(self, request: &ServiceRequest) -> Result<(), ApiError> {
        let caller = || caller::of(request.request());
        match self {
            Self::Anyone => Ok(()),
            Self::SignedIn => caller().map(drop),
            Self::Needs(permission) => caller()?.actor.require(permission).map_err(ApiError),
        }
    }
}

type Mount = Box<dyn FnOnce(&mut ServiceConfig, Access)>;

/// Routes being put together.
#[derive(Default)]
pub struct Routes {
    tag: &'static str,
    mounts: Vec<Mount>,
    docs: Vec<Doc>,
}

impl Routes {
    /// The routes that follow are about this.
    pub fn about(&mut self, tag: &'static str) {
        self.tag = tag;
    }

    /// Adds a route that reads. The first path is the one in the document, the others are aliases.
    pub fn get<F, A>(&mut self, paths: &[&'static str], handler: F) -> &mut Doc
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(&[Method::GET], paths, handler)
    }

    /// Adds a route that makes or does something.
    pub fn post<F, A>(&mut self, paths: &[&'static str], handler: F) -> &mut Doc
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(&[Method::POST], paths, handler)
    }

    /// Adds a route that changes something: PATCH, and PUT, which means the same here.
    pub fn patch<F, A>(&mut self, paths: &[&'static str], handler: F) -> &mut Doc
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(&[Method::PATCH, Method::PUT], paths, handler)
    }

    /// Adds a route that removes something.
    pub fn delete<F, A>(&mut self, paths: &[&'static str], handler: F) -> &mut Doc
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(&[Method::DELETE], paths, handler)
    }

    fn add<F, A>(&mut self, methods: &[Method], paths: &[&'static str], handler: F) -> &mut Doc
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let (named, method) = (paths[0], methods[0].clone());
        let (paths, methods) = (paths.to_vec(), methods.to_vec());
        self.mounts.push(Box::new(move |config, access| {
            for path in paths {
                for method in methods.iter().cloned() {
                    let route = web::method(method).to(handler.clone());
                    let guard = from_fn(move |request, next| access.guard(request, next));
                    config.route(path, route.wrap(guard));
                }
            }
        }));
        let doc = Doc {
            method,
            path: named,
            summary: "",
            tag: self.tag,
            access: Access::SignedIn,
            query: Vec::new(),
            takes: Takes::Nothing,
            gives: Gives::Nothing,
            schemas: Vec::new(),
        };
        let at = self.docs.len();
        self.docs.push(doc);
        &mut self.docs[at]
    }

    /// What the document says of each route.
    #[must_use]
    pub fn docs(&self) -> &[Doc] {
        &self.docs
    }

    /// Hands the routes to the web framework.
    pub fn register(self, config: &mut ServiceConfig) {
        for (mount, doc) in self.mounts.into_iter().zip(self.docs) {
            mount(config, doc.access);
        }
    }
}
