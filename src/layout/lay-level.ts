import { layColumn } from './column';
import { layByElk } from './elk';
import { fanIn } from './fan-in';
import type { LaidLevel, Level } from './level';
import { orderOf, rowsOf } from './order';
import { addRails, railsOf } from './rails';
import { layInSeries } from './series';
import { foldTwins } from './twins';

/** Lays out one level: by the engine what it is good at, and by a few lines what it is slow at or makes too wide. */
export function layLevel(level: Level): LaidLevel {
  const folded = foldTwins(level);
  return folded ? folded.unfold(layFolded(folded.level)) : layFolded(level);
}

function layFolded(level: Level): LaidLevel {
  return layColumn(level) ?? fanIn(level, layRows(level));
}

function layRows(level: Level): LaidLevel {
  const order = orderOf(level.nodes.length, level.pieces);
  const { rows, count } = rowsOf(level, order);
  const railed = railsOf(level, rows, count);
  if (!railed) {
    return layInSeries(level, { order, rows: null }, layByElk);
  }
  const beside = new Set(railed.rails);
  const rest = level.pieces.flatMap((_, i) => (beside.has(i) ? [] : [i]));
  const laid = layInSeries({ ...level, pieces: rest.map(i => level.pieces[i]!) }, { order, rows }, layByElk);
  const pieces: Float64Array[] = level.pieces.map(() => new Float64Array(0));
  rest.forEach((i, at) => (pieces[i] = laid.pieces[at]!));
  return addRails(level, { ...laid, pieces }, railed);
}
