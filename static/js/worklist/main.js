// @ts-check
/** Starts the worklist: list, selection, search, uploads, keys. */
import { follow as followEvents } from "../events.js";
import { gently } from "../live.js";
import { need } from "../page-data.js";
import { takeSigned } from "../signed.js";
import { keepTimes } from "../time.js";
import { say } from "../words.js";
import { offerDemonstration } from "./demonstration.js";
import { acceptDrops } from "./drop.js";
import { follow, listenForKeys, openHelp } from "./keymap.js";
import { announce, List } from "./list.js";
import { Newcomers } from "./newcomers.js";
import { acceptPastes, offerPickers } from "./pickers.js";
import { Search } from "./search.js";
import { Selection } from "./selection.js";
import { watchSight } from "./sight.js";
import { Toast } from "./toast.js";
import { Tray } from "./tray.js";
import { UploadQueue } from "./upload.js";

const list = new List({
  remember: () => {
    const restore = [selection.remember(), newcomers.remember()];
    return () => restore.forEach((each) => each());
  },
  onOpened: () => {
    selection.start();
    newcomers.forget();
    search.show(need("[data-live=list]").dataset.words ?? "");
  },
});
const selection = new Selection();
const newcomers = new Newcomers((caseId) => selection.goTo(caseId));
keepTimes();
const search = new Search((address) => list.open(address));
const bringUpToDate = gently(() => list.refresh(), 1000);

const toast = new Toast();
const signed = takeSigned();
if (signed) toast.show(say(`signed.${signed.verdict}`), () => window.location.assign(signed.href), say("signed.back"));
offerDemonstration({ toast, refresh: () => list.refresh() });

/** @type {UploadQueue} */
const uploads = new UploadQueue({ onChange: (upload) => tray.show(upload), onSettled: bringUpToDate });
const tray = new Tray({ onAgain: (upload) => uploads.again(upload) });
watchSight(() => selection.stayInSight());

/**
 * @param {File[]} files
 * @param {string[]} [unreadable] Names of what came with them and could not be read.
 */
function accept(files, unreadable = []) {
  if (files.length + unreadable.length === 0) announce(say("tray.none"), { isVisible: true });
  uploads.miss(unreadable, say("tray.unreadable"));
  uploads.add(files);
}
acceptDrops(accept);
acceptPastes(accept);
offerPickers(accept);

/** @type {import("./keymap.js").Command[]} */
const commands = [
  { keys: ["j", "ArrowDown"], shown: "J ↓", words: "keys.next_row", run: () => selection.move(1) },
  { keys: ["k", "ArrowUp"], shown: "K ↑", words: "keys.previous_row", run: () => selection.move(-1) },
  { keys: ["Home"], shown: "Home", words: "keys.first_row", run: () => selection.move(-Infinity) },
  { keys: ["End"], shown: "End", words: "keys.last_row", run: () => selection.move(Infinity) },
  { keys: ["a"], shown: "A", words: "keys.new_above", run: () => newcomers.go() },
  { keys: ["Enter"], shown: "Enter", words: "keys.open", run: () => selection.open() },
  { keys: ["/"], shown: "/", words: "keys.search", run: () => search.focus() },
  { keys: ["u"], shown: "U", words: "keys.upload", run: () => follow('[data-choose="files"]') },
  { keys: ["n"], shown: "N", words: "keys.next_page", run: () => follow('[data-page="next"]') },
  { keys: ["f"], shown: "F", words: "keys.first_page", run: () => follow('[data-page="first"]') },
  {
    keys: ["1", "2", "3", "4", "5", "6"],
    shown: "1 … 6",
    words: "keys.view",
    run: (key) => follow(`.rail ul:first-of-type li:nth-child(${key}) a`),
  },
  { keys: ["t"], shown: "T", words: "keys.tray", run: () => tray.toggle() },
  { keys: ["?"], shown: "?", words: "keys.help", run: () => openHelp(commands) },
];
listenForKeys(commands);

followEvents({ onReading: bringUpToDate, onList: bringUpToDate, onBack: bringUpToDate });
