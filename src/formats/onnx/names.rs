//! Names of ONNX files: each once.

use super::proto::NodeProto;
use std::collections::HashMap;

/// Names that are taken, each with the number the next of its kind may have.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    /// The name, or the name with a number where it is taken.
    pub fn fresh(&mut self, wished: &str) -> String {
        let Some(next) = self.0.get(wished).copied() else {
            self.0.insert(wished.to_owned(), 1);
            return wished.to_owned();
        };
        let mut number = next;
        let mut name = format!("{wished}_{number}");
        while self.0.contains_key(&name) {
            number += 1;
            name = format!("{wished}_{number}");
        }
        self.0.insert(wished.to_owned(), number + 1);
        self.0.insert(name.clone(), 1);
        name
    }

    /// As [`Names::fresh`], without `/`, as layers and inputs are named.
    pub fn plain(&mut self, wished: &str) -> String {
        let plain = wished.trim_matches('/').replace('/', "_");
        self.fresh(if plain.is_empty() { "unnamed" } else { &plain })
    }

    /// The name of the layer a node is: what stands before `/Operator`, its parts joined.
    pub fn layer(&mut self, node: &NodeProto) -> String {
        let operator = node.op_type.as_deref().unwrap_or_default().to_lowercase();
        let name = node.name.as_deref().unwrap_or_default();
        let whole = match name.rsplit_once('/') {
            Some((before, last)) if last.to_lowercase().starts_with(&operator) && !before.is_empty() => before,
            _ => name,
        };
        self.plain(if whole.is_empty() { &operator } else { whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_given_once() {
        let mut names = Names::default();
        let given: Vec<String> = ["a", "a_1", "a", "a", "b", "a_1"].iter().map(|n| names.fresh(n)).collect();
        assert_eq!(given, ["a", "a_1", "a_2", "a_3", "b", "a_1_1"]);
        assert_eq!([names.plain("/x/y"), names.plain("//")], ["x_y", "unnamed"]);
    }

    #[test]
    fn layers_are_called_after_their_nodes() {
        let mut names = Names::default();
        let mut of = |name: &str, op: &str| {
            let node = NodeProto { name: Some(name.into()), op_type: Some(op.into()), ..NodeProto::default() };
            names.layer(&node)
        };
        assert_eq!(of("net/dense/MatMul", "MatMul"), "net_dense");
        assert_eq!(of("/fc1/Gemm_output", "Gemm"), "fc1");
        assert_eq!(of("node_7", "Gemm"), "node_7");
        assert_eq!(of("", "Gemm"), "gemm");
    }
}
