import { element } from '../../dom/element';
import { Button } from '../../ui/button';
import { Popover } from '../../ui/popover';
import type { Bookmark, Selection, TensorDescriptor, ViewState } from '../../wire/protocol';
import { ArrangementMenu } from './arrangement-menu';
import { BookmarkList } from './bookmark-list';
import { exampleOf } from './index-text';
import { IndexField } from './index-field';

export interface ToolsOptions {
  readonly onIndex: (text: string) => string | null;
  readonly onLeave: () => void;
  readonly onAspect: () => void;
  readonly onArrange: (selection: Selection) => void;
  readonly bookmarks: () => readonly Bookmark[];
  readonly suggestion: () => string;
  readonly onKeep: (name: string) => void;
  readonly onGo: (bookmark: Bookmark) => void;
  readonly onBookmarks: (bookmarks: readonly Bookmark[]) => void;
}

export interface ToolsState {
  readonly tensor: TensorDescriptor;
  readonly selection: Selection;
  readonly aspect: ViewState['aspect'];
  /** The cells can fill the stage. */
  readonly canFill: boolean;
  readonly disabled: boolean;
}

/** Beneath the toolbar: where to go, how the picture is arranged, and the places that were kept. */
export class Tools {
  readonly node: HTMLElement;
  readonly index: IndexField;
  private readonly aspect: Button;
  private readonly arrangement: ArrangementMenu;
  private readonly list: BookmarkList;
  private readonly arrange: Popover;
  private readonly places: Popover;

  constructor(options: ToolsOptions) {
    this.index = new IndexField({ onGo: options.onIndex, onLeave: options.onLeave });
    this.aspect = new Button({
      label: 'Fill the stage',
      icon: 'aspect',
      iconOnly: true,
      kind: 'quiet',
      onClick: options.onAspect
    });
    this.arrangement = new ArrangementMenu(options.onArrange);
    this.arrange = new Popover({
      label: 'Order and normalise',
      icon: 'settings',
      iconOnly: true,
      kind: 'quiet',
      content: this.arrangement.node
    });
    this.list = new BookmarkList({
      bookmarks: options.bookmarks,
      suggestion: options.suggestion,
      onKeep: options.onKeep,
      onGo: bookmark => {
        this.places.show(false);
        options.onGo(bookmark);
      },
      onChange: options.onBookmarks
    });
    this.places = new Popover({
      label: 'Bookmarks',
      tip: 'Bookmarks: keep this place, go to others (B)',
      icon: 'bookmark',
      iconOnly: true,
      kind: 'quiet',
      content: this.list.node,
      onOpen: () => this.list.update()
    });
    this.node = element('div', { class: 'mv-values-tools', role: 'toolbar', 'aria-label': 'Places and arrangement' });
    this.node.append(this.index.node, this.aspect.node, this.arrange.node, this.places.node);
  }

  update({ tensor, selection, aspect, canFill, disabled }: ToolsState): void {
    this.index.update({ disabled, example: exampleOf(tensor, selection) });
    this.aspect.update({
      pressed: aspect === 'fill' && canFill,
      disabled: disabled || !canFill,
      tip: canFill ? 'Fill the stage, with cells that need not be squares (A)' : 'Only a matrix can fill the stage'
    });
    this.arrangement.update(tensor.dims, selection);
    this.arrange.update({ disabled });
    this.places.update({ disabled });
  }

  /** The bookmarks changed, on either side. */
  bookmarksChanged(): void {
    if (this.places.open) {
      this.list.update();
    }
  }

  openBookmarks(): void {
    this.places.show(true);
  }

  dispose(): void {
    this.index.dispose();
    this.aspect.dispose();
    this.arrange.dispose();
    this.places.dispose();
    this.arrangement.dispose();
    this.list.dispose();
    this.node.remove();
  }
}
