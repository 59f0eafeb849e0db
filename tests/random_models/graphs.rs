//! Random stacks and graphs: branches, layers applied twice, models within models.

use crate::choices::Choices;
use crate::layers::{layer, merged};
use wgrad::base::Result;
use wgrad::prelude::*;

/// A sample's shape.
fn shape(c: &mut Choices<'_>) -> Vec<usize> {
    let sound: [&[usize]; 7] = [&[3], &[4], &[1], &[2, 3], &[3, 2], &[2, 1, 3], &[2, 2, 2]];
    match c.odd() {
        true => (0..c.below(4)).map(|_| c.size(&[2, 3])).collect(),
        false => c.one_of(&sound).to_vec(),
    }
}

/// A graph and whether its samples must be whole numbers.
pub struct Made {
    pub graph: Graph,
    pub shapes: Vec<Vec<usize>>,
    pub kinds: Vec<&'static str>,
}

/// A stack that keeps the shape, as a model to be put into another.
fn nested(c: &mut Choices<'_>, shape: &[usize]) -> Result<Sequential> {
    c.tell("nested (");
    let mut stack = Sequential::new(shape);
    for _ in 0..1 + c.below(2) {
        stack = stack.add(layer(c, true)?);
    }
    c.tell(")");
    Ok(stack)
}

pub fn graph(c: &mut Choices<'_>) -> Result<Made> {
    let first = shape(c);
    c.tell(format!("{first:?}"));
    let mut shapes = vec![first.clone()];
    let mut inputs = vec![Tensor::input(&first)];
    while c.once_in(5) && inputs.len() < 3 {
        let other = if c.odd() { shape(c) } else { first.clone() };
        let names = ["left", "right", "y", "ones", "input", "x", "dense", "a/b", ""];
        let name = if c.odd() { c.one_of(&names) } else { c.one_of(&names[..2]) };
        c.tell(format!("input `{name}` {other:?}"));
        inputs.push(if c.once_in(2) { Tensor::named_input(name, &other) } else { Tensor::input(&other) });
        shapes.push(other);
    }
    let mut last = if inputs.len() > 1 { merged(c, inputs.clone()) } else { inputs[0].clone() };
    let mut made: Vec<SharedLayer> = Vec::new();
    let mut seen = vec![last.clone()];
    for _ in 0..c.below(6) {
        last = match c.below(8) {
            0..=3 => {
                let new = layer(c, false)?;
                made.push(new.clone());
                new.on(&last)
            }
            4 => {
                let branches: Vec<Tensor> =
                    (0..2 + c.below(2)).map(|_| Ok(layer(c, true)?.on(&last))).collect::<Result<_>>()?;
                merged(c, branches)
            }
            5 => {
                let twice = layer(c, true)?;
                let once = twice.on(&last);
                merged(c, vec![twice.on(&once), once])
            }
            6 => {
                let inner = nested(c, &first)?;
                let once = (&inner).on(&last);
                if c.once_in(2) { (&inner).on(&once) } else { once }
            }
            _ if c.odd() => {
                // Whatever is there, merged with whatever.
                let any = (0..c.below(4)).map(|_| seen[c.below(seen.len())].clone()).collect();
                merged(c, any)
            }
            _ => match made.last() {
                Some(layer) if c.once_in(2) => layer.on(&last),
                _ => layer(c, true)?.on(&last),
            },
        };
        seen.push(last.clone());
    }
    let outputs = 1 + usize::from(c.once_in(8)) + usize::from(c.odd());
    let outputs: Vec<Tensor> = (0..outputs)
        .map(|i| {
            let from = if i == 0 { &last } else { &seen[c.below(seen.len())] };
            head(c, from)
        })
        .collect::<Result<_>>()?;
    let graph = Graph::new(inputs, outputs)?;
    let kinds = graph.layers().iter().map(SharedLayer::kind).collect();
    Ok(Made { graph, shapes, kinds })
}

/// What most models end in.
fn head(c: &mut Choices<'_>, from: &Tensor) -> Result<Tensor> {
    let ends = ["softmax", "sigmoid", "linear", "softplus", "log_softmax"];
    let end = c.one_of(&ends);
    let dense = Dense::new(c.size(&[3, 1, 2])).activation(Activation::named(end)?);
    match c.below(5) {
        0..=2 => Ok(dense.on(&Flatten.on(from))),
        3 => Ok(dense.on(from)),
        _ => Ok(from.clone()),
    }
}
