//! How runs end.

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All epochs were trained.
    Done,
    /// A callback, such as early stopping, ended it.
    StoppedEarly,
    /// It was asked to stop, and can go on from its checkpoint.
    Interrupted,
    /// The loss stopped being a finite number.
    Diverged,
    /// Something else failed.
    Failed,
}

impl Ended {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Done, "done"),
        (Self::StoppedEarly, "stopped early"),
        (Self::Interrupted, "interrupted"),
        (Self::Diverged, "diverged"),
        (Self::Failed, "failed"),
    ];

    /// In words, as files say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(ended, _)| *ended == self).map_or("", |(_, words)| words)
    }

    /// From the words of a file; none where they are not known.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == words).map(|(ended, _)| *ended)
    }
}
