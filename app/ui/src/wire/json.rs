//! Reading JSON. In the browser, the browser itself parses it: serde_json with its numbers and its messages about what it
//! did not expect is a tenth of the module, and nobody there reads those messages.
//!
//! `serde-wasm-bindgen` would do this too. It was measured: 13.6 kB more of the main module (brotli, 202.2 against 188.6) and 11 kB
//! more of each large chunk, for its messages; the limits are 200 kB for the module and 260 for a first visit.

use serde::de::DeserializeOwned;

/// The text says something else than expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an answer that this version cannot read")
    }
}

impl std::error::Error for Unreadable {}

#[cfg(not(target_arch = "wasm32"))]
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable)
}

#[cfg(target_arch = "wasm32")]
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(browser::Value::parse(text)?)
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::fmt::Display;

    use js_sys::{Array, JSON, Object};
    use serde::de::value::StringDeserializer;
    use serde::de::{
        DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
        VariantAccess, Visitor,
    };
    use wasm_bindgen::{JsCast, JsValue};

    use super::Unreadable;

    type Read<T> = Result<T, Unreadable>;

    /// Whole numbers are exact up to here.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    // The details are dropped where they arise, so that the code which would write them is not fetched.
    impl Error for Unreadable {
        fn custom<T: Display>(_: T) -> Self {
            Self
        }

        fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
            Self
        }

        fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
            Self
        }

        fn invalid_length(_: usize, _: &dyn Expected) -> Self {
            Self
        }

        fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
            Self
        }
    }

    /// What the browser made of the text.
    pub struct Value(JsValue);

    impl Value {
        pub fn parse(text: &str) -> Read<Self> {
            JSON::parse(text).map(Self).map_err(|_| Unreadable)
        }

        fn text(&self) -> Read<String> {
            self.0.as_string().ok_or(Unreadable)
        }

        fn whole(&self) -> Read<i64> {
            let number = self.0.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT);
            #[expect(clippy::cast_possible_truncation, reason = "just looked at")]
            number.map(|number| number as i64).ok_or(Unreadable)
        }

        fn items(&self) -> Read<Items> {
            let list: &Array = self.0.dyn_ref().ok_or(Unreadable)?;
            Ok(Items { list: list.clone(), next: 0 })
        }

        fn fields(&self) -> Read<Fields> {
            let object: &Object = self.0.dyn_ref().ok_or(Unreadable)?;
            Ok(Fields { entries: Items { list: Object::entries(object), next: 0 }, value: JsValue::UNDEFINED })
        }
    }

    macro_rules! as_any {
        ($read:ident, $visit:ident: $($method:ident)+) => {$(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
                visitor.$visit(self.$read()?)
            }
        )+};
    }

    impl<'de> Deserializer<'de> for Value {
        type Error = Unreadable;

        as_any!(text, visit_string: deserialize_str deserialize_string deserialize_char deserialize_identifier);
        as_any!(whole, visit_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
        as_any!(items, visit_seq: deserialize_seq);
        as_any!(fields, visit_map: deserialize_map);

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            if self.0.is_string() {
                self.deserialize_string(visitor)
            } else if let Ok(whole) = self.whole() {
                visitor.visit_i64(whole)
            } else if let Some(number) = self.0.as_f64() {
                visitor.visit_f64(number)
            } else if let Some(answer) = self.0.as_bool() {
                visitor.visit_bool(answer)
            } else if self.0.is_null() {
                visitor.visit_unit()
            } else if let Ok(items) = self.items() {
                visitor.visit_seq(items)
            } else {
                self.deserialize_map(visitor)
            }
        }

        fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            visitor.visit_bool(self.0.as_bool().ok_or(Unreadable)?)
        }

        fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.deserialize_f64(visitor)
        }

        fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            visitor.visit_f64(self.0.as_f64().ok_or(Unreadable)?)
        }

        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
        }

        fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            if self.0.is_null() { visitor.visit_unit() } else { Err(Unreadable) }
        }

        fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            visitor.visit_unit()
        }

        fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
            self.deserialize_unit(visitor)
        }

        fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
            visitor.visit_newtype_struct(self)
        }

        fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
            self.deserialize_seq(visitor)
        }

        fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Read<V::Value> {
            self.deserialize_seq(visitor)
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            _: &'static [&'static str],
            visitor: V,
        ) -> Read<V::Value> {
            self.deserialize_map(visitor)
        }

        /// A bare word, or an object of one field: the variant with what it holds.
        fn deserialize_enum<V: Visitor<'de>>(
            self,
            _: &'static str,
            _: &'static [&'static str],
            visitor: V,
        ) -> Read<V::Value> {
            if let Some(name) = self.0.as_string() {
                return visitor.visit_enum(Variant { name, held: Self(JsValue::NULL) });
            }
            let mut fields = self.fields()?;
            let name = fields.next_key::<String>()?.ok_or(Unreadable)?;
            visitor.visit_enum(Variant { name, held: Self(fields.value) })
        }

        serde::forward_to_deserialize_any! { bytes byte_buf }
    }

    struct Items {
        list: Array,
        next: u32,
    }

    impl Items {
        fn take(&mut self) -> Option<JsValue> {
            let at = self.next;
            self.next += 1;
            (at < self.list.length()).then(|| self.list.get(at))
        }
    }

    impl<'de> SeqAccess<'de> for Items {
        type Error = Unreadable;

        fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
            self.take().map(|item| seed.deserialize(Value(item))).transpose()
        }
    }

    struct Fields {
        entries: Items,
        value: JsValue,
    }

    impl<'de> MapAccess<'de> for Fields {
        type Error = Unreadable;

        fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
            let Some(entry) = self.entries.take() else { return Ok(None) };
            let entry: Array = entry.unchecked_into();
            self.value = entry.get(1);
            seed.deserialize(Value(entry.get(0))).map(Some)
        }

        fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
            seed.deserialize(Value(std::mem::replace(&mut self.value, JsValue::UNDEFINED)))
        }
    }

    struct Variant {
        name: String,
        held: Value,
    }

    impl<'de> EnumAccess<'de> for Variant {
        type Error = Unreadable;
        type Variant = Value;

        fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Value)> {
            let name: StringDeserializer<Unreadable> = self.name.into_deserializer();
            Ok((seed.deserialize(name)?, self.held))
        }
    }

    impl<'de> VariantAccess<'de> for Value {
        type Error = Unreadable;

        fn unit_variant(self) -> Read<()> {
            Ok(())
        }

        fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
            seed.deserialize(self)
        }

        fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
            self.deserialize_seq(visitor)
        }

        fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
            self.deserialize_map(visitor)
        }
    }
}
