//! Writing: the nodes of a file, made layer by layer.

use super::attributes::ints;
use super::names::Names;
use super::op;
use super::proto::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, data_type,
};
use super::tensor;
use crate::base::{Error, Result};
use crate::nn::config::{Config, Field, Json, Node};
use crate::train::{Model, OutlineCall, Variable};
use prost::Message;
use std::collections::HashMap;

/// The version of ONNX's operators that is written: the oldest that has them all, most files need no newer one.
const OPSET: i64 = 18;
/// The name of the batch axis.
const BATCH: &str = "batch";

/// A value of the file: its name, and the shape of a sample.
#[derive(Clone)]
pub(super) struct Place {
    pub name: String,
    pub shape: Vec<usize>,
}

/// A layer call to be written.
pub(super) struct Call<'a> {
    /// The layer, for errors.
    pub scope: &'a str,
    /// What it is applied to.
    pub inputs: Vec<Place>,
    /// The shape of a sample it gives.
    pub shape: &'a [usize],
    config: Config,
    variables: Vec<Variable>,
}

impl Call<'_> {
    /// The first input.
    pub fn x(&self) -> Result<&Place> {
        self.inputs.first().ok_or_else(|| self.wrong("inputs", "1 input", "none", "apply it to an input"))
    }

    /// Axes of the first input, the batch among them.
    pub fn rank(&self) -> usize {
        self.inputs.first().map_or(0, |x| x.shape.len()) + 1
    }

    /// A field of the layer.
    pub fn field<T: Field>(&self, name: &str) -> Result<T> {
        let value = self.config.fields.get(name).unwrap_or(&Json::Null);
        T::read(&Node::new(format!("layer `{}`: {name}", self.scope), value))
    }

    /// An axis of a tensor of `rank` axes, counted from the front.
    pub fn axis(&self, axis: isize, rank: usize) -> Result<usize> {
        let from_front = if axis < 0 { axis.saturating_add_unsigned(rank) } else { axis };
        let found = usize::try_from(from_front).ok().filter(|a| (1..rank).contains(a));
        found.ok_or_else(|| self.wrong("axis", "an axis other than the batch", axis, "count from 1, or back from −1"))
    }

    /// The axes a field lists, in ascending order, each once.
    pub fn axes(&self, field: &str) -> Result<Vec<usize>> {
        let given = self.field::<Option<Vec<isize>>>(field)?.unwrap_or_default();
        let mut axes = given.into_iter().map(|a| self.axis(a, self.rank())).collect::<Result<Vec<usize>>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    }

    /// The variable of this name, if the layer has one.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name() == name)
    }

    /// An error that names the layer.
    pub fn wrong(
        &self,
        what: &str,
        expected: impl std::fmt::Display,
        got: impl std::fmt::Display,
        help: &str,
    ) -> Error {
        Error::request(format!("layer `{}`: {what}", self.scope), expected, got, help)
    }
}

/// A file that is being written.
pub(super) struct Writer {
    graph: GraphProto,
    opset: i64,
    /// Names of values and nodes that are taken.
    taken: Names,
    /// Initializers by the name they were asked for by.
    asked: HashMap<String, Vec<usize>>,
    /// The layer call being written: the first part of its nodes' names.
    scope: String,
}

impl Writer {
    /// Asks for operators of at least this version.
    pub fn needs(&mut self, opset: i64) {
        self.opset = self.opset.max(opset);
    }

    /// An operator applied to values; gives the name of its output.
    pub fn node(&mut self, op: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let name = self.taken.fresh(&format!("{}/{op}", self.scope));
        let output = name.clone();
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|i| (*i).to_owned()).collect(),
            output: vec![output.clone()],
            name: Some(name),
            op_type: Some(op.to_owned()),
            attribute,
            domain: None,
        });
        output
    }

    /// An initializer; the same one where it was asked for before with the same numbers.
    fn initializer(&mut self, wished: String, make: impl FnOnce(&str) -> TensorProto) -> String {
        let made = make("");
        let known = self.asked.get(&wished).map_or(&[][..], Vec::as_slice);
        let same = known
            .iter()
            .filter_map(|i| self.graph.initializer.get(*i))
            .find(|old| old.dims == made.dims && old.data_type == made.data_type && old.raw_data == made.raw_data);
        if let Some(name) = same.and_then(|old| old.name.clone()) {
            return name;
        }
        let name = self.taken.fresh(&wished);
        self.asked.entry(wished).or_default().push(self.graph.initializer.len());
        self.graph.initializer.push(TensorProto { name: Some(name.clone()), ..made });
        name
    }

    /// f32 numbers `name` of the layer, of `shape`.
    pub fn floats(&mut self, call: &Call<'_>, name: &str, shape: &[usize], numbers: &[f64]) -> String {
        self.initializer(format!("{}/{name}", call.scope), |name| tensor::floats(name, shape, numbers))
    }

    /// Whole numbers `name` of the layer.
    pub fn integers(&mut self, name: &str, numbers: &[i64]) -> String {
        self.initializer(format!("{}/{name}", self.scope), |name| tensor::integers(name, numbers))
    }

    /// A single number `name` of the layer call.
    pub fn scalar(&mut self, name: &str, number: f64) -> String {
        self.initializer(format!("{}/{name}", self.scope), |name| tensor::floats(name, &[], &[number]))
    }

    /// A variable of the layer, under another shape where one is given.
    pub fn variable(&mut self, call: &Call<'_>, name: &str, shape: Option<&[usize]>) -> Result<String> {
        let Some(variable) = call.variable(name) else {
            return Err(call.wrong("variables", format!("`{name}`"), "none", "build the model first"));
        };
        let values = variable.values()?;
        Ok(self.floats(call, name, shape.unwrap_or(variable.shape()), &values))
    }

    /// A variable of one number for each of `count` indices, or as many `default`s where the layer has none.
    pub fn variable_or(&mut self, call: &Call<'_>, name: &str, shape: &[usize], default: f64) -> Result<String> {
        match call.variable(name) {
            Some(_) => self.variable(call, name, None),
            None => Ok(self.floats(call, name, shape, &vec![default; shape.iter().product()])),
        }
    }

    /// States the shape of a value, for operators from which ONNX's own programs cannot work it out.
    pub fn known(&mut self, name: &str, shape: &[usize]) {
        self.graph.value_info.push(info(name, shape));
    }

    /// The axes in another order: axis `i` becomes `order[i]`, the batch being 0.
    pub fn transpose(&mut self, x: &str, order: &[usize]) -> String {
        if order.is_sorted() {
            return x.to_owned();
        }
        self.node("Transpose", &[x], vec![ints("perm", order)])
    }

    /// Another shape for each sample.
    pub fn reshape(&mut self, x: &str, from: &[usize], to: &[usize]) -> String {
        if from == to {
            return x.to_owned();
        }
        // 0 is ONNX's word for the size that was there: the batch.
        let sizes: Vec<i64> = std::iter::once(0).chain(to.iter().map(|n| *n as i64)).collect();
        let shape = self.integers("shape", &sizes);
        self.node("Reshape", &[x, &shape], Vec::new())
    }

    fn input(&mut self, name: &str, shape: &[usize]) -> String {
        let name = self.taken.fresh(name);
        self.graph.input.push(info(&name, shape));
        name
    }

    /// Writes one layer call; gives the name of what it gives, that of the layer where a node makes it.
    fn call(&mut self, call: &OutlineCall, inputs: Vec<Place>, shape: &[usize]) -> Result<String> {
        let config = call.config()?;
        self.scope = match call.count {
            0 => call.scope.clone(),
            // No layer has such a name: it has a second part.
            n => format!("{}/call_{n}", call.scope),
        };
        let write = op::writer(&call.scope, config.class)?;
        let call = Call { scope: &call.scope, inputs, shape, config, variables: call.variables() };
        let before = self.graph.node.len();
        let y = write(self, &call)?;
        let scope = self.scope.clone();
        let made = self.graph.node.len() > before;
        let ends = self.graph.node.last().is_some_and(|n| n.output.first() == Some(&y));
        if !(made && ends) {
            return Ok(y);
        }
        let name = self.taken.fresh(&scope);
        if let Some(last) = self.graph.node.last_mut() {
            last.output = vec![name.clone()];
        }
        if let Some(stated) = self.graph.value_info.last_mut().filter(|info| info.name.as_ref() == Some(&y)) {
            stated.name = Some(name.clone());
        }
        Ok(name)
    }

    /// Makes a value an output of the model under `name`.
    fn output(&mut self, name: &str, place: &Place) {
        let is_named = |infos: &[ValueInfoProto]| infos.iter().any(|i| i.name.as_ref() == Some(&place.name));
        let given = is_named(&self.graph.input) || is_named(&self.graph.output);
        let name = if place.name == name && !given {
            place.name.clone()
        } else {
            let output = self.taken.fresh(name);
            name.clone_into(&mut self.scope);
            self.node("Identity", &[&place.name], Vec::new());
            if let Some(last) = self.graph.node.last_mut() {
                last.output = vec![output.clone()];
            }
            output
        };
        self.graph.output.push(info(&name, &place.shape));
    }

    fn bytes(mut self) -> Result<Vec<u8>> {
        // Outputs have their types already.
        let outputs = &self.graph.output;
        self.graph.value_info.retain(|info| !outputs.iter().any(|o| o.name == info.name));
        let model = ModelProto {
            // The version of the format that came with these operators.
            ir_version: Some(match self.opset {
                ..=18 => 8,
                19 | 20 => 9,
                _ => 10,
            }),
            producer_name: Some("wgrad".to_owned()),
            producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            graph: Some(self.graph),
            opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(self.opset) }],
        };
        let length = model.encoded_len();
        if length > i32::MAX as usize {
            let help = "ONNX files hold 2 GiB: save the model as .keras or its weights as safetensors";
            return Err(Error::request("model", format!("at most {} bytes", i32::MAX), length, help));
        }
        Ok(model.encode_to_vec())
    }
}

fn info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let batch = DimensionProto { dim_value: None, dim_param: Some(BATCH.to_owned()) };
    let size = |n: &usize| DimensionProto { dim_value: Some(*n as i64), dim_param: None };
    let shape = TensorShapeProto { dim: std::iter::once(batch).chain(shape.iter().map(size)).collect() };
    let tensor = TensorTypeProto { elem_type: Some(data_type::FLOAT), shape: Some(shape) };
    ValueInfoProto { name: Some(name.to_owned()), r#type: Some(TypeProto { tensor_type: Some(tensor) }) }
}

/// A model for inference as the bytes of an ONNX file: f32, batches of any size.
///
/// Operators are those of opset 18, of 20 where there is GELU and 21 where there is group normalisation. Inputs and
/// outputs have the names of the model's inputs and of the layers its outputs come from; initializers are
/// `layer/variable`, once for a layer used several times; nodes are `layer/Operator`. Indices into an
/// [`Embedding`](crate::nn::layer::Embedding) are f32 as everywhere here, and cast in the file. Dropout and noise do
/// nothing in inference and leave no node.
///
/// # Errors
/// A layer ONNX has no operators for, by name: one of your own, and Monte Carlo dropout, which draws in inference; more
/// than 2 GiB; the device was lost.
pub fn write(model: &Model) -> Result<Vec<u8>> {
    let outline = model.outline()?;
    let mut w = Writer {
        graph: GraphProto { name: Some("model".to_owned()), ..GraphProto::default() },
        opset: OPSET,
        taken: Names::default(),
        asked: HashMap::new(),
        scope: String::new(),
    };
    let mut places: Vec<Place> = Vec::with_capacity(outline.nodes.len());
    for node in &outline.nodes {
        let name = match &node.call {
            None => w.input(outline.inputs.get(places.len()).map_or("input", String::as_str), &node.shape),
            Some(call) => {
                let inputs = call.inputs.iter().filter_map(|i| places.get(*i).cloned()).collect();
                w.call(call, inputs, &node.shape)?
            }
        };
        places.push(Place { name, shape: node.shape.clone() });
    }
    for (name, node) in &outline.outputs {
        if let Some(place) = places.get(*node) {
            w.output(name, place);
        }
    }
    w.bytes()
}
