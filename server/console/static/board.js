/** The board on a screen: read anew every full hour (nine o'clock among them), and a minute after it could not be read. */

import { now } from "./api.js";
import { enter, readBoard, wordsFor } from "./board_access.js";
import { drawBoard, showDoor, showStale } from "./board_view.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const AFTER = 5_000;

let seenAt = null;

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
    drawBoard(await readBoard());
    seenAt = now();
    showStale(null);
    setTimeout(refresh, HOUR - (now() % HOUR) + AFTER);
  } catch (error) {
    refuse(error);
  }
}

function refuse(error) {
  const [heading, sentences, again] = wordsFor(error);
  if (again && seenAt !== null) showStale(seenAt);
  else showDoor(heading, sentences, error.status === 401);
  if (again) setTimeout(refresh, MINUTE);
}

begin();
