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

/** A line between the borders of two boxes; where they are no neighbours, a bow around what lies between. */
export function edgePath(from: Place, to: Place): string {
  const a = centre(from);
  const b = centre(to);
  const halfWidth = cell.boxWidth / 2;
  const halfHeight = cell.boxHeight / 2;
  const gap = 3;
  if (from.row === to.row && Math.abs(from.column - to.column) === 1) {
    const side = Math.sign(b.x - a.x);
    return `M${a.x + side * halfWidth} ${a.y}L${b.x - side * (halfWidth + gap)} ${b.y}`;
  }
  if (from.column === to.column && (Math.abs(from.row - to.row) === 1 || from.column === 1)) {
    const side = Math.sign(b.y - a.y);
    return `M${a.x} ${a.y + side * halfHeight}L${b.x} ${b.y - side * (halfHeight + gap)}`;
  }
  if (from.column === to.column) {
    const edge = a.x - halfWidth;
    return `M${edge} ${a.y}C${edge - 22} ${a.y} ${edge - 22} ${b.y} ${edge - gap} ${b.y}`;
  }
  const side = Math.sign(b.x - a.x);
  const startX = a.x + side * halfWidth;
  const endX = b.x - side * (halfWidth + gap);
  const bend = (startX + endX) / 2;
  return `M${startX} ${a.y}C${bend} ${a.y} ${bend} ${b.y} ${endX} ${b.y}`;
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
