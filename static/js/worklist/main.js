// @ts-check
/** Starts the worklist: selection, live rows, uploads. */
import { follow } from "../events.js";
import { gently, refresh } from "../live.js";
import { keepTimes } from "../time.js";
import { acceptDrops } from "./drop.js";
import { offerPickers } from "./pickers.js";
import { Selection } from "./selection.js";
import { Tray } from "./tray.js";
import { UploadQueue } from "./upload.js";

keepTimes();

const selection = new Selection();
const bringUpToDate = gently(async () => {
  const place = selection.remember();
  if (await refresh(["rail", "list"])) selection.restore(place);
}, 1000);

const tray = new Tray(() => selection.keepInSight());
const uploads = new UploadQueue({ onChange: (upload) => tray.show(upload), onSettled: bringUpToDate });
acceptDrops((files) => uploads.add(files));
offerPickers((files) => uploads.add(files));

follow({ onReading: bringUpToDate, onBack: bringUpToDate });
