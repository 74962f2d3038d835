// The brief's state diagram on a grid: every one of its edges joins neighbours, so that no lines cross.

export interface Place {
  column: number;
  row: number;
}

export const places: Record<string, Place> = {
  PaymentConfirmed: { column: 0, row: 0 },
  QueuedForActivation: { column: 0, row: 1 },
  WaitingBudget: { column: 0, row: 2 },
  Scheduled: { column: 0, row: 3 },
  Canceled: { column: 0, row: 4 },
  SendingCommand: { column: 1, row: 1 },
  WaitingBackoff: { column: 1, row: 3 },
  WaitingResponse: { column: 2, row: 1 },
  CalculateBackoff: { column: 2, row: 3 },
  Success: { column: 3, row: 0 },
  CheckingResponse: { column: 3, row: 1 },
  Failure: { column: 3, row: 2 },
  EvaluatingRetry: { column: 3, row: 3 },
  MaxRetriesExceeded: { column: 3, row: 4 },
  NotifyingCustomer: { column: 4, row: 0 },
  Active: { column: 4, row: 1 },
  Deactivated: { column: 4, row: 2 },
  QueryingVehicleState: { column: 4, row: 4 },
  EscalatingToSupport: { column: 4, row: 5 },
  ReversingPayment: { column: 3, row: 5 },
  NotifyingFailure: { column: 2, row: 5 },
  Failed: { column: 1, row: 5 },
};

export const diagramEdges: [string, string][] = [
  ["PaymentConfirmed", "QueuedForActivation"],
  ["QueuedForActivation", "SendingCommand"],
  ["SendingCommand", "WaitingResponse"],
  ["WaitingResponse", "CheckingResponse"],
  ["CheckingResponse", "Success"],
  ["CheckingResponse", "Failure"],
  ["Failure", "EvaluatingRetry"],
  ["EvaluatingRetry", "CalculateBackoff"],
  ["CalculateBackoff", "WaitingBackoff"],
  ["WaitingBackoff", "SendingCommand"],
  ["EvaluatingRetry", "MaxRetriesExceeded"],
  ["Success", "NotifyingCustomer"],
  ["NotifyingCustomer", "Active"],
  ["MaxRetriesExceeded", "QueryingVehicleState"],
  ["QueryingVehicleState", "EscalatingToSupport"],
  ["EscalatingToSupport", "ReversingPayment"],
  ["ReversingPayment", "NotifyingFailure"],
  ["NotifyingFailure", "Failed"],
];

/** States that rulings add to the brief's: drawn faintly unless they were visited. */
export const addedStates = new Set(["WaitingBudget", "Scheduled", "Canceled", "Deactivated"]);

export const cell = { width: 178, height: 62, boxWidth: 150, boxHeight: 34, margin: 14 };
export const size = {
  width: cell.width * 5 - 32 + cell.margin * 2,
  height: cell.height * 6 - 28 + cell.margin * 2,
};

export function corner(place: Place): { x: number; y: number } {
  return { x: cell.margin + place.column * cell.width, y: cell.margin + place.row * cell.height };
}

export function centre(place: Place): { x: number; y: number } {
  const { x, y } = corner(place);
  return { x: x + cell.boxWidth / 2, y: y + cell.boxHeight / 2 };
}

export interface Drawn {
  path: string;
  label: { x: number; y: number; side: "above" | "beside" };
}

const headRoom = 3; // between an arrow's head and the box
const channel = 14; // half of the free way between two rows or columns
const asideOfCentre = 45; // so that no two arrows meet a box at one point

/** The line from one box to another: straight between neighbours, else along the free ways between the boxes. */
export function drawEdge(from: Place, to: Place): Drawn {
  const columns = to.column - from.column;
  const rows = to.row - from.row;
  if (rows === 0 && Math.abs(columns) === 1) return acrossRow(centre(from), centre(to));
  if (columns === 0) return Math.abs(rows) === 1 || from.column === 1 ? alongColumn(from, to) : bow(from, to);
  return detour(from, to);
}

type Point = { x: number; y: number };

function acrossRow(a: Point, b: Point): Drawn {
  const side = Math.sign(b.x - a.x) * (cell.boxWidth / 2);
  const end = b.x - side - Math.sign(side) * headRoom;
  return { path: `M${a.x + side} ${a.y}H${end}`, label: { x: (a.x + b.x) / 2, y: a.y - 7, side: "above" } };
}

function alongColumn(from: Place, to: Place): Drawn {
  const [a, b] = [centre(from), centre(to)];
  const side = Math.sign(b.y - a.y) * (cell.boxHeight / 2);
  const end = b.y - side - Math.sign(side) * headRoom;
  return { path: `M${a.x} ${a.y + side}V${end}`, label: { x: a.x + 8, y: (a.y + b.y) / 2 + 4, side: "beside" } };
}

function bow(from: Place, to: Place): Drawn {
  const [a, b] = [centre(from), centre(to)];
  const edge = a.x - cell.boxWidth / 2;
  const path = `M${edge} ${a.y}C${edge - 18} ${a.y} ${edge - 18} ${b.y} ${edge - headRoom} ${b.y}`;
  return { path, label: { x: edge - 8, y: (a.y + b.y) / 2, side: "beside" } };
}

/** Out to the side, up or down between the columns, across beside the target's row, and in from above or below. */
function detour(from: Place, to: Place): Drawn {
  const [a, b] = [centre(from), centre(to)];
  const side = Math.sign(b.x - a.x);
  const fromBelow = to.row < from.row ? 1 : -1;
  const startX = a.x + (side * cell.boxWidth) / 2;
  const acrossY = b.y + fromBelow * (cell.boxHeight / 2 + channel);
  const endX = b.x - side * asideOfCentre;
  const endY = b.y + fromBelow * (cell.boxHeight / 2 + headRoom);
  const path = `M${startX} ${a.y}H${startX + side * channel}V${acrossY}H${endX}V${endY}`;
  return { path, label: { x: (startX + endX) / 2, y: acrossY + (fromBelow > 0 ? 13 : -5), side: "above" } };
}

/** How often each edge and each state was passed, from the history's paths. */
export function walk(history: { path: string[] }[]): { states: Map<string, number>; edges: Map<string, number> } {
  const states = new Map<string, number>();
  const edges = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  // An order enters with its payment confirmed; the first entry tells where it went from there.
  let before = "PaymentConfirmed";
  if (history.length) count(states, before);
  for (const state of history.flatMap((entry) => entry.path)) {
    if (state === before) continue;
    count(edges, `${before}>${state}`);
    count(states, state);
    before = state;
  }
  return { states, edges };
}
