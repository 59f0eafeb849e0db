//! The order Keras keeps a graph's layers in, which it finds weights by.
//!
//! Keras works it out anew whenever it makes a model (`map_graph` in keras/src/ops/function.py): by depth, which is the
//! longest way to an output, the deepest first; layers of one depth in the order a search from the outputs meets them.

use crate::train::{Graph, Source, Tensor};
use std::collections::{HashMap, HashSet};

/// The nodes whose layers (or inputs) are the graph's, in Keras's order; of a layer's nodes the first made.
pub(super) fn layers(graph: &Graph) -> Vec<Tensor> {
    let (nodes, met) = search(graph);
    let mut of_node: HashMap<usize, usize> = HashMap::new();
    let mut of_layer: HashMap<usize, usize> = HashMap::new();
    for node in nodes.iter().rev() {
        let before = of_layer.get(&owner(node)).copied().unwrap_or(0);
        let depth = of_node.get(&node.id()).copied().unwrap_or(0).max(before);
        of_node.insert(node.id(), depth);
        of_layer.insert(owner(node), depth);
        for input in inputs(node) {
            let known = of_node.entry(input.id()).or_insert(0);
            *known = (*known).max(depth + 1);
        }
    }
    let mut seen = HashSet::new();
    let mut all: Vec<Tensor> = graph.nodes().iter().filter(|n| seen.insert(owner(n))).cloned().collect();
    let depth = |t: &Tensor| of_layer.get(&owner(t)).copied().unwrap_or(0);
    all.sort_by_key(|t| (std::cmp::Reverse(depth(t)), met.get(&owner(t)).copied().unwrap_or(0)));
    all
}

/// What a node belongs to: its layer, or itself where it is an input.
fn owner(node: &Tensor) -> usize {
    match &node.node.source {
        Source::Layer(layer, _) => layer.id(),
        Source::Input(..) => node.id(),
    }
}

pub(super) fn inputs(node: &Tensor) -> &[Tensor] {
    match &node.node.source {
        Source::Layer(_, inputs) => inputs,
        Source::Input(..) => &[],
    }
}

/// The nodes by a depth-first search from the outputs, each behind what it is made of, and when layers were first met.
fn search(graph: &Graph) -> (Vec<Tensor>, HashMap<usize, usize>) {
    let (mut done, mut nodes, mut met) = (HashSet::new(), Vec::new(), HashMap::new());
    for output in graph.outputs() {
        // Nodes on the way, and the next input to go to: a graph may be deeper than the stack.
        let mut way = vec![(output.clone(), 0)];
        while let Some((node, next)) = way.pop() {
            if next == 0 {
                if done.contains(&node.id()) {
                    continue;
                }
                let count = met.len();
                met.entry(owner(&node)).or_insert(count);
            }
            match inputs(&node).get(next).cloned() {
                Some(input) => {
                    way.push((node, next + 1));
                    way.push((input, 0));
                }
                None => {
                    if done.insert(node.id()) {
                        nodes.push(node);
                    }
                }
            }
        }
    }
    (nodes, met)
}
