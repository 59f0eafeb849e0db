//! Colours that are told apart by colour-blind eyes too.

/// The palette of Okabe and Ito (2008), without its yellow, which a white page swallows; lighter on dark pages. Shapes take
/// it from the class of their group, so that the style sheet chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// Blue.
    Blue,
    /// Red with orange.
    Vermilion,
    /// Green with blue.
    Green,
    /// Purple with red.
    Purple,
    /// Orange.
    Orange,
    /// Light blue.
    Sky,
    /// The colour of the text: black on white, white on black.
    Ink,
}

impl Color {
    /// All colours, in the order in which lines take them.
    pub const ALL: [Self; 7] =
        [Self::Blue, Self::Vermilion, Self::Green, Self::Purple, Self::Orange, Self::Sky, Self::Ink];

    /// The colour of line `index`; they repeat.
    pub fn nth(index: usize) -> Self {
        Self::ALL[index % Self::ALL.len()]
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Vermilion => "vermilion",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Orange => "orange",
            Self::Sky => "sky",
            Self::Ink => "ink",
        }
    }
}

/// The colours of readers who like it dark.
macro_rules! dark {
    () => {
        "@media(prefers-color-scheme:dark){
.wgrad-plot .ink{color:#e6edf3}.wgrad-plot .dim{color:#9198a1}.wgrad-plot .grid{color:#2a313a}
.wgrad-plot .blue{color:#3b8fd4}.wgrad-plot .vermilion{color:#e8702a}.wgrad-plot .green{color:#1fb58a}
.wgrad-plot .purple{color:#d98bb6}.wgrad-plot .orange{color:#f0b429}.wgrad-plot .sky{color:#8fd0f5}
}"
    };
}

/// As the style sheet has them.
#[cfg(feature = "png")]
pub(super) const DARK: &str = dark!();

/// The style sheet. All rules begin with the picture's class, because a style sheet within a page of HTML holds for all of
/// it. Shapes are painted in `currentColor`, so a class of one colour serves strokes, areas and text.
pub(super) const STYLE: &str = concat!(
    "\
.wgrad-plot{font:12px system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif}
.wgrad-plot text{fill:currentColor;font-variant-numeric:tabular-nums}
.wgrad-plot .ink{color:#1f2328}.wgrad-plot .dim{color:#59636e}.wgrad-plot .grid{color:#e4e8ec}
.wgrad-plot .blue{color:#0072b2}.wgrad-plot .vermilion{color:#d55e00}.wgrad-plot .green{color:#009e73}
.wgrad-plot .purple{color:#cc79a7}.wgrad-plot .orange{color:#e69f00}.wgrad-plot .sky{color:#56b4e9}
",
    dark!()
);
