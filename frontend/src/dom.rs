//! Elements of the page, made one by one.
//!
//! For what never changes once it is drawn. A view type for each kind of element would weigh more
//! than the element does: here all of them are one type, and there is no HTML string on the way.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, Element, Event};

/// An element that is being made; a handle that is cloned freely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node(Element);

/// An element `tag` of the class `class`; an empty class is none.
pub fn node(tag: &str, class: &str) -> Node {
    // Fails only for a tag that is no name, and ours are literals.
    let made = page().create_element(tag).unwrap_or_else(|_| JsValue::NULL.unchecked_into());
    let node = Node(made);
    if class.is_empty() { node } else { node.set("class", class) }
}

/// The element of this page whose id is `id`.
pub fn by_id(id: &str) -> Option<Node> {
    page().get_element_by_id(id).map(Node)
}

fn page() -> Document {
    leptos::prelude::document()
}

impl Node {
    /// Wraps an element that somebody else has made.
    pub fn around(element: Element) -> Self {
        Self(element)
    }

    /// The element.
    pub fn element(&self) -> &Element {
        &self.0
    }

    /// With an attribute.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> Self {
        let _ = self.0.set_attribute(name, value);
        self
    }

    /// With the direction of writing that its text has: for what people or models have written.
    #[must_use]
    pub fn auto(self) -> Self {
        self.set("dir", "auto")
    }

    /// Not for screen readers: what it shows is said elsewhere.
    #[must_use]
    pub fn mute(self) -> Self {
        self.set("aria-hidden", "true")
    }

    /// With more text at its end.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        let _ = self.0.append_with_str_1(text);
        self
    }

    /// With another element at its end.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an element stands in one place: it is given away"
    )]
    pub fn with(self, child: Node) -> Self {
        self.append(&child);
        self
    }

    /// With more elements at its end.
    #[must_use]
    pub fn with_all(self, children: impl IntoIterator<Item = Node>) -> Self {
        for child in children {
            self.append(&child);
        }
        self
    }

    /// Calls `then` at each `event`, for as long as the element is there.
    #[must_use]
    pub fn on(self, event: &str, then: impl Fn(Event) + 'static) -> Self {
        self.listen(event, Box::new(then));
        self
    }

    /// Adds an element at its end.
    pub fn append(&self, child: &Node) {
        self.insert(child, None);
    }

    /// Adds an element before `next`, or at its end.
    pub fn insert(&self, child: &Node, next: Option<&Node>) {
        let next = next.map(|next| next.0.as_ref());
        let _ = self.0.insert_before(&child.0, next);
    }

    /// Puts `children` in the place of all it holds.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an element stands in one place: it is given away"
    )]
    pub fn fill(&self, children: Vec<Node>) {
        self.0.replace_children_with_node_0();
        for child in &children {
            self.append(child);
        }
    }

    /// Puts `text` in the place of all it holds.
    pub fn say(&self, text: &str) {
        self.0.set_text_content(Some(text));
    }

    /// Takes it off the page.
    pub fn remove(&self) {
        self.0.remove();
    }

    fn listen(&self, event: &str, then: Box<dyn Fn(Event)>) {
        // The browser lets go of it together with the element.
        let then = Closure::wrap(then).into_js_value();
        let _ = self.0.add_event_listener_with_callback(event, then.unchecked_ref());
    }
}
