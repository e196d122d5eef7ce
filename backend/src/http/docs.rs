//! The API's description, made from the route table and the handlers, and the page to browse it.

use axum::{Router, http::header, middleware::map_response};
use shared::api::ApiError;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, InfoBuilder, Object, OpenApi as Description, PathItem, Ref, RefOr, Required,
        Response, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
        tag::TagBuilder,
    },
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::csp;
use crate::{app::App, auth::extract::COOKIE};

/// Who may call a group of routes. The handlers' parameters enforce it; this says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Anyone,
    /// A visitor, with their token.
    Visitor,
    /// A visitor or a member of staff.
    VisitorOrStaff,
    /// Any member of staff.
    Staff,
    /// An administrator.
    Admin,
}

impl Caller {
    /// The routes of this group.
    pub fn may(
        self,
        routes: impl IntoIterator<Item = UtoipaMethodRouter<App>>,
    ) -> OpenApiRouter<App> {
        let group = routes.into_iter().fold(OpenApiRouter::default(), OpenApiRouter::routes);
        let describe = |mut router: OpenApiRouter<App>| {
            for item in router.get_openapi_mut().paths.paths.values_mut() {
                operations(item).for_each(|operation| self.describe(operation));
            }
            router
        };
        describe(group)
    }

    fn tag(self) -> (&'static str, &'static str) {
        match self {
            Self::Anyone => ("anyone", "Needs nothing."),
            Self::Visitor => ("visitor", "Needs a visitor's token, from `POST /visitors`."),
            Self::VisitorOrStaff => ("reader", "Needs a visitor's token, or a member of staff."),
            Self::Staff => ("staff", "Needs a member of staff: the session cookie or an API key."),
            Self::Admin => ("admin", "Needs an administrator."),
        }
    }

    fn describe(self, operation: &mut Operation) {
        operation.tags = Some(vec![self.tag().0.to_owned()]);
        let needs = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
        operation.security = match self {
            Self::Anyone => None,
            Self::Visitor => Some(vec![needs("visitor_token")]),
            Self::VisitorOrStaff => {
                Some(vec![needs("visitor_token"), needs("session"), needs("api_key")])
            }
            Self::Staff | Self::Admin => Some(vec![needs("session"), needs("api_key")]),
        };
        let mut refusal = Response::new("An error: a stable code and what a person can do.");
        refusal.content.insert(
            "application/json".to_owned(),
            Content::new(Some(Ref::from_schema_name("ApiError"))),
        );
        operation.responses.responses.insert("default".to_owned(), RefOr::T(refusal));
    }
}

/// Puts handlers at `path`, so that all paths stand in the route table, and describes its parts.
pub fn at(
    path: &str,
    (schemas, mut paths, router): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    paths.paths = std::mem::take(&mut paths.paths)
        .into_values()
        .map(|mut item| {
            name_operations(path, &mut item);
            (path.to_owned(), item)
        })
        .collect();
    (schemas, paths, router)
}

/// `/api/openapi.json` and `/api/docs`.
pub fn router(description: Description) -> Router<App> {
    // Tokens are typed into the page; nothing of it is sent anywhere else.
    let config = Config::default().try_it_out_enabled(true).persist_authorization(false);
    let ui = SwaggerUi::new("/api/docs").config(config);
    let ui: Router<App> = ui.url("/api/openapi.json", whole(description)).into();
    ui.layer(map_response(async |mut response: axum::response::Response| {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::docs());
        response
    }))
}

/// The description as it is served.
pub fn whole(mut description: Description) -> Description {
    let paths = std::mem::take(&mut description.paths.paths);
    description.paths.paths = paths
        .into_iter()
        .map(|(path, item)| (format!("{}{path}", super::router::API), item))
        .collect();
    description.info = InfoBuilder::new()
        .title("Baton")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Times are RFC 3339 in UTC; money is integer minor units with an ISO 4217 code; ids \
             are opaque. Errors are `{\"error\": {\"code\", \"message\", \"field\"?}}`.",
        ))
        .build();
    let callers =
        [Caller::Anyone, Caller::Visitor, Caller::VisitorOrStaff, Caller::Staff, Caller::Admin];
    let tag = |caller: Caller| {
        let (name, description) = caller.tag();
        TagBuilder::new().name(name).description(Some(description)).build()
    };
    description.tags = Some(callers.map(tag).to_vec());
    let components = description.components.get_or_insert_default();
    let bearer = |what: &str| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        SecurityScheme::Http(http.description(Some(what)).build())
    };
    for (name, scheme) in [
        ("visitor_token", bearer("A visitor's token, from `POST /visitors`.")),
        ("api_key", bearer("A member of staff's API key.")),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)))),
    ] {
        components.security_schemes.insert(name.to_owned(), scheme);
    }
    let mut schemas = vec![("ApiError".to_owned(), ApiError::schema())];
    ApiError::schemas(&mut schemas);
    components.schemas.extend(schemas);
    description
}

fn name_operations(path: &str, item: &mut PathItem) {
    let words: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_matches(['{', '}']))
        .collect();
    let variables: Vec<&str> =
        path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    let methods = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
    ];
    for (method, operation) in methods {
        let Some(operation) = operation else { continue };
        operation.operation_id = Some(format!("{method}_{}", words.join("_")));
        let parameters = operation.parameters.get_or_insert_default();
        parameters.extend(variables.iter().map(|name| variable(name)));
    }
}

fn variable(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}
