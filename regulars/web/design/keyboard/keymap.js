// The one table of shortcuts. The handlers and the cheat sheet both come from it, so the sheet cannot lie.
// Letters mean the physical key (they work on any layout); `single: true` ones are silent while typing and
// can be switched off (WCAG 2.1.4). Mod is Ctrl, on a Mac Command.
import { gettext } from "../strings.js";

export const groups = [
  ["everywhere", gettext("Everywhere")],
  ["list", gettext("Conversation list")],
  ["conversation", gettext("Conversation")],
  ["message", gettext("Message in focus")],
  ["composer", gettext("Composer")],
];

export const keymap = [
  { command: "command-box", keys: ["Mod+K"], group: "everywhere", label: gettext("Search and commands"), icon: "search" },
  { command: "search", keys: ["Mod+Shift+F"], group: "everywhere", label: gettext("Search everything"), icon: "search" },
  { command: "cheat-sheet", keys: ["?"], group: "everywhere", label: gettext("Keyboard shortcuts"), icon: "keyboard", single: true },
  { command: "go-inbox", keys: ["G I"], group: "everywhere", label: gettext("Go to the inbox"), icon: "all", single: true },
  { command: "go-mine", keys: ["G M"], group: "everywhere", label: gettext("Go to your conversations"), icon: "mine", single: true },
  { command: "go-unassigned", keys: ["G U"], group: "everywhere", label: gettext("Go to the unassigned"), icon: "unassigned", single: true },
  { command: "go-mentions", keys: ["G N"], group: "everywhere", label: gettext("Go to your mentions"), icon: "mention", single: true },
  { command: "go-following", keys: ["G F"], group: "everywhere", label: gettext("Go to what you follow"), icon: "follow", single: true },
  { command: "go-unread", keys: ["G E"], group: "everywhere", label: gettext("Go to the unread"), icon: "unread", single: true },
  { command: "go-closing", keys: ["G W"], group: "everywhere", label: gettext("Go to closing reply windows"), icon: "clock-closed", single: true },
  { command: "go-open", keys: ["G O"], group: "everywhere", label: gettext("Go to all open"), icon: "all", single: true },
  { command: "go-resolved", keys: ["G D"], group: "everywhere", label: gettext("Go to what is done"), icon: "resolved", single: true },
  { command: "go-views", keys: ["G V"], group: "everywhere", label: gettext("Go to the next of the saved views"), icon: "filter", single: true },
  { command: "go-now", keys: ["G T"], group: "everywhere", label: gettext("Go to what is going on now"), icon: "activity", single: true },
  { command: "go-cases", keys: ["G C"], group: "everywhere", label: gettext("Go to the cases"), icon: "case", single: true },
  { command: "go-scheduled", keys: ["G L"], group: "everywhere", label: gettext("Go to what leaves later"), icon: "clock", single: true },
  { command: "go-settings", keys: ["G S"], group: "everywhere", label: gettext("Go to settings"), icon: "settings", single: true },
  { command: "go-account", keys: ["G A"], group: "everywhere", label: gettext("Go to your account"), icon: "account", single: true },
  { command: "rail", keys: ["["], group: "everywhere", label: gettext("Show or hide the navigation"), icon: "rail", single: true },
  { command: "context", keys: ["]"], group: "everywhere", label: gettext("Show or hide the contact"), icon: "panel", single: true },
  { command: "phone", keys: ["P"], group: "everywhere", label: gettext("Show or hide the simulated phone"), icon: "phone-app", single: true },
  { command: "density", keys: ["D"], group: "everywhere", label: gettext("Compact or comfortable rows"), icon: "density", single: true },
  { command: "availability", keys: ["O"], group: "everywhere", label: gettext("Be online, or away"), icon: "mine", single: true },
  { command: "undo", keys: ["Mod+Z"], group: "everywhere", label: gettext("Undo the last action"), icon: "undo", outsideText: true },

  { command: "next-conversation", keys: ["J", "Alt+J"], group: "list", label: gettext("Next conversation"), icon: "down", single: true },
  { command: "previous-conversation", keys: ["K", "Alt+K"], group: "list", label: gettext("Previous conversation"), icon: "up", single: true },
  { command: "open-conversation", keys: ["Enter"], group: "list", label: gettext("Open the conversation"), native: true },
  { command: "back", keys: ["Escape"], group: "list", label: gettext("Back to the list"), icon: "back", single: true },
  { command: "select", keys: ["X"], group: "list", label: gettext("Select the conversation"), icon: "select", single: true },
  { command: "select-range", keys: ["Shift+ArrowDown", "Shift+ArrowUp"], group: "list", label: gettext("Select more below or above"), native: true },
  { command: "search-list", keys: ["/"], group: "list", label: gettext("Search in this list"), icon: "search", single: true },

  { command: "reply", keys: ["R", "Alt+L"], group: "conversation", label: gettext("Reply"), icon: "quote", single: true },
  { command: "note", keys: ["N", "Alt+P"], group: "conversation", label: gettext("Write a note"), icon: "note", single: true },
  { command: "template", keys: ["Alt+T"], group: "conversation", label: gettext("Send a template"), icon: "template" },
  { command: "assign", keys: ["A"], group: "conversation", label: gettext("Assign"), icon: "assign", single: true },
  { command: "assign-me", keys: ["I"], group: "conversation", label: gettext("Assign to me"), icon: "mine", single: true },
  { command: "tag", keys: ["T"], group: "conversation", label: gettext("Tag"), icon: "tag", single: true },
  { command: "snooze", keys: ["S", "Alt+M"], group: "conversation", label: gettext("Snooze"), icon: "snooze", single: true },
  { command: "follow", keys: ["F"], group: "conversation", label: gettext("Follow or stop following"), icon: "follow", single: true },
  { command: "priority", keys: ["!"], group: "conversation", label: gettext("Priority"), icon: "priority", single: true },
  { command: "resolve", keys: ["E", "Alt+E"], group: "conversation", label: gettext("Resolve or reopen"), icon: "resolve", single: true },
  { command: "open-case", keys: ["C"], group: "conversation", label: gettext("Open a case"), icon: "case", single: true },
  { command: "macro", keys: ["Mod+M"], group: "conversation", label: gettext("Run a macro"), icon: "macro" },
  { command: "mark-unread", keys: ["U"], group: "conversation", label: gettext("Mark as unread"), icon: "unread", single: true },

  { command: "previous-message", keys: ["ArrowUp"], group: "message", label: gettext("Previous message"), native: true },
  { command: "next-message", keys: ["ArrowDown"], group: "message", label: gettext("Next message"), native: true },
  { command: "react", keys: ["+"], group: "message", label: gettext("React"), native: true },
  { command: "forward", keys: [">"], group: "message", label: gettext("Forward"), native: true },
  { command: "message-menu", keys: ["Enter"], group: "message", label: gettext("Message menu"), native: true },

  { command: "send", keys: ["Enter", "Mod+Enter"], group: "composer", label: gettext("Send"), native: true },
  { command: "new-line", keys: ["Shift+Enter"], group: "composer", label: gettext("New line"), native: true },
  { command: "send-and-resolve", keys: ["Mod+Shift+Enter"], group: "composer", label: gettext("Send and resolve"), icon: "resolve" },
  { command: "send-and-snooze", keys: ["Alt+Shift+Enter"], group: "composer", label: gettext("Send and snooze"), icon: "snooze" },
  { command: "send-later", keys: ["Mod+Alt+Enter"], group: "composer", label: gettext("Send later"), icon: "clock" },
  { command: "send-and-next", keys: ["Alt+Enter"], group: "composer", label: gettext("Send and open the next"), icon: "forward" },
  { command: "quick-reply", keys: ["Alt+Q"], group: "composer", label: gettext("Insert a quick reply"), icon: "quick-reply" },
  { command: "emoji", keys: ["Alt+I"], group: "composer", label: gettext("Insert an emoji"), icon: "emoji" },
  { command: "attach", keys: ["Mod+Alt+A"], group: "composer", label: gettext("Attach a file"), icon: "attach" },
];

/** Keys of other programs, for hands that come from there; what is not named stays as usual. Keys are kept by command. */
export const presets = [
  { name: gettext("Regulars"), keys: {} },
  {
    name: "Chatwoot",
    keys: {
      "next-conversation": "Alt+J", "previous-conversation": "Alt+K", reply: "Alt+L", note: "Alt+P", snooze: "Alt+M", resolve: "Alt+E",
      context: "Alt+O", "go-inbox": "Alt+C", "go-settings": "Alt+S",
    },
  },
  { name: gettext("Mail"), keys: { tag: "L", snooze: "B", follow: "S", assign: "V", "mark-unread": "Shift+U" } },
  {
    name: "WhatsApp Web",
    keys: { "mark-unread": "Mod+Alt+Shift+U", resolve: "Mod+Alt+Shift+E", emoji: "Mod+Alt+E", "search-list": "Mod+Alt+/" },
  },
];
