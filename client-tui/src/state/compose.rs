//! Composing in one conversation: the editor, what was sent before, and what is going on in it.
//! All of it belongs to the conversation, so that switching loses nothing.

use super::completion::Completion;
use super::find::Find;
use super::history_search::HistorySearch;
use super::input::Editor;
use super::recall::Recall;
use crate::written::SENT_MOST;

/// What is being written in one conversation.
#[derive(Debug, Default)]
pub(crate) struct Compose {
    pub(crate) editor: Editor,
    pub(crate) completion: Option<Completion>,
    /// Where a word starts whose completion was closed, so that it does not open by itself again.
    pub(crate) dismissed: Option<usize>,
    pub(crate) search: Option<HistorySearch>,
    /// What is looked for in the conversation, in place of the text.
    pub(crate) find: Option<Box<Find>>,
    /// What an editor outside of this program was given, while it has it.
    pub(crate) outside: Option<String>,
    /// Whether the key before was Ctrl-X, which begins a key of two.
    pub(crate) prefixed: bool,
    recall: Recall,
    /// What was sent and is not yet remembered beyond this run.
    sent: Vec<String>,
}

impl Compose {
    /// What stands in the input: the text, or what is looked for in the conversation, or what was
    /// found in what was sent.
    pub(crate) fn shown(&self) -> &Editor {
        if let Some(find) = &self.find {
            return &find.editor;
        }
        self.search.as_ref().and_then(HistorySearch::preview).unwrap_or(&self.editor)
    }

    pub(crate) fn lay_out(&mut self, width: usize) {
        if let Some(find) = &mut self.find {
            return find.editor.lay_out(width);
        }
        match self.search.as_mut().and_then(HistorySearch::preview_mut) {
            Some(preview) => preview.lay_out(width),
            None => self.editor.lay_out(width),
        }
    }

    /// Takes the text to send it, and keeps it for recall.
    pub(crate) fn take(&mut self) -> String {
        let text = self.editor.take();
        self.keep(&text);
        if !text.trim().is_empty() {
            self.sent.push(text.clone());
        }
        text
    }

    /// What was sent since this was last asked: the newest, if that is much.
    pub(crate) fn take_sent(&mut self) -> Vec<String> {
        let mut sent = std::mem::take(&mut self.sent);
        sent.drain(..sent.len().saturating_sub(SENT_MOST));
        sent
    }

    /// What was written and not sent: what stands in the input, and what lies behind it.
    pub(crate) fn drafts(&self) -> Vec<String> {
        self.recall.drafts(self.editor.text())
    }

    /// Clears the text, which can still be recalled.
    pub(crate) fn clear(&mut self) {
        let text = self.editor.text().to_owned();
        self.editor.set("");
        self.keep(&text);
    }

    /// The draft that lies behind a recalled text, if one does.
    pub(crate) fn hidden_draft(&self) -> Option<&str> {
        self.recall.hidden_draft()
    }

    /// Takes over what was written elsewhere, and what stands in that input too if `theirs`. Of
    /// two texts the other one can be recalled.
    pub(crate) fn join(&mut self, mut other: Self, theirs: bool) {
        if theirs {
            std::mem::swap(&mut self.editor, &mut other.editor);
            self.completion = None;
        }
        (self.search, self.find) = (None, None);
        self.outside = self.outside.take().or(other.outside);
        for text in other.recall.into_texts() {
            self.keep(&text);
        }
        let text = other.editor.text().to_owned();
        self.keep(&text);
    }

    /// Shows the text sent before the one shown; `false` when there is none.
    pub(crate) fn recall_older(&mut self) -> bool {
        self.recall.older(&mut self.editor)
    }

    /// Shows the text sent after the one shown, at last the draft; `false` when there is none.
    pub(crate) fn recall_newer(&mut self) -> bool {
        self.recall.newer(&mut self.editor)
    }

    /// Begins to search what was sent, or changes what is searched for.
    pub(crate) fn search<T>(&mut self, change: impl FnOnce(&mut HistorySearch, &Recall) -> T) -> T {
        self.completion = None;
        change(self.search.get_or_insert_default(), &self.recall)
    }

    /// Ends the search, and takes what was found; the draft lies behind it.
    pub(crate) fn accept_search(&mut self) {
        let Some((index, at)) = self.search.take().and_then(|search| search.result()) else {
            return;
        };
        if self.recall.show(index, &mut self.editor) {
            self.editor.go(at);
        }
    }

    /// Keeps a text for recall.
    pub(crate) fn keep(&mut self, text: &str) {
        self.completion = None;
        self.dismissed = None;
        self.recall.keep(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_lies_before_the_draft() {
        let mut compose = Compose::default();
        for text in ["one", "two"] {
            compose.editor.insert(text);
            assert_eq!(compose.take(), text);
        }
        compose.editor.insert("draft");
        assert!(compose.search(|search, sent| search.narrow("n", sent)));
        assert_eq!((compose.shown().text(), compose.editor.text()), ("one", "draft"));
        compose.accept_search();
        assert_eq!((compose.editor.text(), compose.editor.cursor()), ("one", 1));
        assert!(compose.recall_newer() && compose.recall_newer());
        assert_eq!(compose.editor.text(), "draft");
    }
}
