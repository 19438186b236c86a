/**
 * The board on a screen: read anew every minute, so that what the branch decides counts at once, and drawn anew where it
 * differs. For a reader who is signed in it is every full hour: looks of those above the branch are written down.
 */

import { now } from "./api.js";
import { enter, readBoard, wordsFor } from "./board_access.js";
import { drawBoard, showDoor, showStale } from "./board_view.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const AFTER = 5_000;

let seenAt = null;
let drawn = null;

async function begin() {
  try {
    await enter();
  } catch (error) {
    return refuse(error);
  }
  return refresh();
}

async function refresh() {
  try {
    const board = await readBoard();
    show(board);
    seenAt = now();
    showStale(null);
    setTimeout(refresh, board.signedIn ? HOUR - (now() % HOUR) + AFTER : MINUTE);
  } catch (error) {
    refuse(error);
  }
}

/** What is drawn already stays as it is: its pages take turns. */
function show(board) {
  const text = JSON.stringify(board);
  if (text !== drawn) drawBoard(board);
  drawn = text;
}

function refuse(error) {
  const [heading, sentences, again] = wordsFor(error);
  if (again && seenAt !== null) showStale(seenAt);
  else {
    drawn = null;
    showDoor(heading, sentences, error.status === 401);
  }
  if (again) setTimeout(refresh, MINUTE);
}

begin();
