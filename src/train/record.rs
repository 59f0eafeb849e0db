//! Recording a flat graph's layers on a tape, forward.

use super::flat::{Call, Flat, FlatNode};
use super::variable::Variable;
use crate::base::{Error, Result, Seed};
use crate::nn::act::Activation;
use crate::nn::insight::Insight;
use crate::plan::{MOST_NUMBERS, Tape, Value};

/// Inputs of the tape for samples of the graph's shapes: `x` where there is one, else by name.
///
/// # Errors
/// A shape without axes or with an axis of 0, a batch of more numbers than a value may hold.
pub(super) fn inputs(tape: &mut Tape, flat: &Flat) -> Result<Vec<Value>> {
    let single = flat.inputs.len() == 1;
    let mut all = Vec::with_capacity(flat.inputs.len());
    for (node, name) in flat.inputs.iter().zip(&flat.input_names) {
        let FlatNode::Input(shape) = &flat.nodes[*node] else { continue };
        let what = if single { "model input".to_owned() } else { format!("model input `{name}`") };
        if shape.is_empty() || shape.contains(&0) {
            return Err(Error::request(
                what,
                "a shape of at least one axis, none of them 0",
                format!("{shape:?}"),
                "give the shape of one sample, without the batch",
            ));
        }
        let numbers = shape.iter().try_fold(tape.batch(), |all, axis| all.checked_mul(*axis));
        if numbers.is_none_or(|n| n > MOST_NUMBERS) {
            return Err(Error::request(
                format!("batch size times {what}"),
                format!("at most {MOST_NUMBERS} numbers"),
                format!("{} samples of shape {shape:?}", tape.batch()),
                "choose a smaller --batch-size",
            ));
        }
        let mut full = vec![tape.batch()];
        full.extend(shape);
        all.push(tape.input(if single { "x" } else { name }, &full));
    }
    Ok(all)
}

/// Records every call; `bare` lists the nodes whose final activation is left out, `insight` looks at what layers that have
/// variables or an activation give. Gives the value of each node.
///
/// # Errors
/// Those of the layers, and a shared layer called on inputs its variables do not fit.
pub(super) fn forward(
    tape: &mut Tape,
    flat: &Flat,
    xs: &[Value],
    bare: &[usize],
    mut insight: Option<&mut Insight>,
) -> Result<Vec<Value>> {
    let mut values: Vec<Value> = Vec::with_capacity(flat.nodes.len());
    for (node, what) in flat.nodes.iter().enumerate() {
        values.push(match what {
            FlatNode::Input(_) => xs[node],
            FlatNode::Call(call) => {
                let inputs: Vec<Value> = call.inputs.iter().map(|i| values[*i]).collect();
                let bare = bare.contains(&node);
                let y = record(tape, call, &inputs, bare)?;
                if let Some(insight) = insight.as_deref_mut() {
                    observe(tape, call, y, bare, insight)?;
                }
                y
            }
        });
    }
    tape.enter("");
    Ok(values)
}

/// Lets `insight` look at what a call gave, if it is worth it.
fn observe(tape: &mut Tape, call: &Call, y: Value, bare: bool, insight: &mut Insight) -> Result<()> {
    let activation = call.layer.activation().filter(|a| !matches!(a, Activation::Linear));
    if activation.is_none() && tape.variables_of(&call.scope).is_empty() {
        return Ok(());
    }
    let bounds = activation.filter(|_| !bare).map_or([None, None], |a| a.bounds());
    insight.record(tape, &call.scope, y, bounds)
}

/// Records one call.
pub(super) fn record(tape: &mut Tape, call: &Call, inputs: &[Value], bare: bool) -> Result<Value> {
    if call.call > 0 {
        check_shared(tape, call, inputs)?;
    }
    tape.enter_call(&call.scope, call.call, call.trainable);
    let y = if bare { call.layer.call_without_activation(tape, inputs)? } else { call.layer.call(tape, inputs)? };
    if call.call == 0 {
        for v in tape.variables_of(&call.scope) {
            if let Some(known) = call.handle.built() {
                check_built(tape, call, v, &known)?;
            }
            if call.rate != 1.0 {
                tape.tune(v).rate = call.rate;
            }
        }
    }
    Ok(y)
}

/// The name of a variable within its layer.
pub(super) fn short<'a>(full: &'a str, scope: &str) -> &'a str {
    full.strip_prefix(scope).map_or(full, |rest| rest.trim_start_matches('/'))
}

/// Fails unless the variable recorded has the shape of the one the layer has had since it was built.
fn check_built(tape: &Tape, call: &Call, v: Value, known: &[Variable]) -> Result<()> {
    let name = short(tape.name(v), &call.scope);
    match known.iter().find(|k| k.name() == name) {
        Some(k) if k.shape() != tape.shape(v) => Err(unlike(&call.scope, name, k.shape(), tape.shape(v))),
        _ => Ok(()),
    }
}

fn unlike(scope: &str, variable: &str, known: &[usize], now: &[usize]) -> Error {
    Error::request(
        format!("layer `{scope}`, which is shared"),
        format!("inputs of the shape it was built for, with `{variable}` of shape {known:?}"),
        format!("inputs that would make it {now:?}"),
        "apply it to inputs of one shape, or use a layer of its own",
    )
}

/// Fails unless another call of a shared layer works with the variables its first call made.
fn check_shared(tape: &mut Tape, call: &Call, inputs: &[Value]) -> Result<()> {
    let known = tape.variables_of(&call.scope);
    if known.is_empty() {
        return Ok(());
    }
    let mut trial = Tape::new(tape.batch(), Seed(0));
    trial.leave_variables_blank();
    let inputs: Vec<Value> =
        inputs.iter().enumerate().map(|(i, v)| trial.input(&i.to_string(), tape.shape(*v))).collect();
    trial.enter(&call.scope);
    call.layer.call(&mut trial, &inputs)?;
    for v in known {
        let full = tape.name(v).to_owned();
        if let Some(other) = trial.find(&full)
            && trial.shape(other) != tape.shape(v)
        {
            return Err(unlike(&call.scope, short(&full, &call.scope), tape.shape(v), trial.shape(other)));
        }
    }
    Ok(())
}
