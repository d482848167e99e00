import type { SourceState, SourceStatus } from '../tensor/source';
import { element, setAttribute, setText } from '../dom/element';
import type { NoticeState } from '../ui/notice';

const WORDS: Readonly<Record<SourceStatus, string>> = {
  connecting: 'connecting',
  live: 'live',
  busy: 'kernel busy',
  dead: 'kernel gone',
  failed: 'not connected'
};

const SENTENCES: Readonly<Record<SourceStatus, string>> = {
  connecting: 'Connecting to the kernel.',
  live: 'Values come from the running kernel.',
  busy: 'The kernel is busy running a cell: answers wait until it ends.',
  dead: 'The kernel is gone: run the cell again.',
  failed: 'This page and the kernel cannot talk to each other.'
};

export const sentenceOf = ({ status, message }: SourceState): string => message || SENTENCES[status];

/** What is said over the whole frame while the source is not well; null while it is. */
export function noticeOf(state: SourceState): NoticeState | null {
  switch (state.status) {
    case 'busy':
      return { kind: 'warning', message: sentenceOf(state) };
    case 'dead':
    case 'failed':
      return { kind: 'error', message: sentenceOf(state) };
    default:
      return null;
  }
}

/** How the source stands: a mark, whose shape differs as its colour does, and a word. */
export class StatusMark {
  readonly node: HTMLElement;

  constructor() {
    this.word = element('span', { class: 'mv-status-word' });
    const mark = element('span', { class: 'mv-status-mark', 'aria-hidden': 'true' });
    this.node = element('span', { class: 'mv-status', role: 'status' }, mark, this.word);
  }

  update(state: SourceState): void {
    setAttribute(this.node, 'data-status', state.status);
    setAttribute(this.node, 'data-mv-tip', sentenceOf(state));
    setText(this.word, WORDS[state.status]);
  }

  private readonly word: HTMLElement;
}
