//! Composing in one conversation: the editor, what was sent before, and the completion going on.
//! All of it belongs to the conversation, so that switching loses nothing.

use super::input::Editor;

/// Sent texts that can be recalled; the oldest are forgotten.
const RECALL_MOST: usize = 200;

/// What is being written in one conversation.
#[derive(Debug, Default)]
pub(crate) struct Compose {
    pub(crate) editor: Editor,
    pub(crate) completion: Option<Completion>,
    sent: Vec<String>,
    /// The recalled text's index, and the draft that comes back behind the last.
    recalled: Option<(usize, String)>,
}

/// A completion that Tab is cycling through.
#[derive(Debug)]
pub(crate) struct Completion {
    /// Where in the text the completed word starts.
    pub(crate) start: usize,
    /// What it may become.
    pub(crate) candidates: Vec<String>,
    /// Which of them it is now.
    pub(crate) chosen: usize,
}

impl Compose {
    /// Takes the text to send it, and keeps it for recall.
    pub(crate) fn take(&mut self) -> String {
        let text = self.editor.take();
        self.keep(&text);
        text
    }

    /// Clears the text, which can still be recalled.
    pub(crate) fn clear(&mut self) {
        let text = self.editor.text().to_owned();
        self.editor.set("");
        self.keep(&text);
    }

    /// The draft that lies behind a recalled text, if one does.
    pub(crate) fn hidden_draft(&self) -> Option<&str> {
        let (_, draft) = self.recalled.as_ref()?;
        (!draft.trim().is_empty()).then_some(draft.as_str())
    }

    /// Takes over what was written elsewhere, and what stands in that input too if `theirs`. Of
    /// two texts the other one can be recalled.
    pub(crate) fn join(&mut self, mut other: Self, theirs: bool) {
        if theirs {
            std::mem::swap(&mut self.editor, &mut other.editor);
            self.completion = None;
        }
        let recalled = (self.recalled.take(), other.recalled.take());
        for text in other.sent {
            self.keep(&text);
        }
        let drafts = [recalled.0, recalled.1].into_iter().flatten().map(|(_, draft)| draft);
        for text in drafts.chain([other.editor.text().to_owned()]) {
            self.keep(&text);
        }
    }

    /// Shows the text sent before the one shown; `false` when there is none.
    pub(crate) fn recall_older(&mut self) -> bool {
        let (index, draft) = match self.recalled.take() {
            Some((index, draft)) => (index, draft),
            None => (self.sent.len(), self.editor.text().to_owned()),
        };
        if index == 0 {
            self.recalled = (!self.sent.is_empty()).then_some((0, draft));
            return false;
        }
        self.editor = Editor::with(&self.sent[index - 1]);
        self.recalled = Some((index - 1, draft));
        true
    }

    /// Shows the text sent after the one shown, at last the draft; `false` when there is none.
    pub(crate) fn recall_newer(&mut self) -> bool {
        let Some((index, draft)) = self.recalled.take() else { return false };
        match self.sent.get(index + 1) {
            Some(text) => {
                self.editor = Editor::with(text);
                self.recalled = Some((index + 1, draft));
            }
            None => self.editor = Editor::with(&draft),
        }
        true
    }

    fn keep(&mut self, text: &str) {
        self.completion = None;
        // The draft behind a recalled text has nowhere else to be.
        if let Some((_, draft)) = self.recalled.take() {
            self.remember(&draft);
        }
        self.remember(text);
    }

    fn remember(&mut self, text: &str) {
        if text.trim().is_empty() || self.sent.last().is_some_and(|last| last == text) {
            return;
        }
        if self.sent.len() >= RECALL_MOST {
            self.sent.remove(0);
        }
        self.sent.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draft_comes_back() {
        let mut compose = Compose::default();
        for text in ["one", "two", "two"] {
            compose.editor.insert(text);
            assert_eq!(compose.take(), text);
        }
        compose.editor.insert("draft");
        assert!(compose.recall_older() && compose.editor.text() == "two");
        assert!(compose.recall_older() && compose.editor.text() == "one");
        assert!(!compose.recall_older() && compose.editor.text() == "one");
        assert!(compose.recall_newer() && compose.editor.text() == "two");
        assert!(compose.recall_newer() && compose.editor.text() == "draft");
        assert!(!compose.recall_newer() && compose.editor.text() == "draft");
    }
}
