export type IdKind = "activation" | "ticket" | "vin" | "other";

/** What kind of id this is, told by its form, and how it is spelled. */
export function readId(text: string): { kind: IdKind; id: string } {
  const id = text.trim();
  const sortable = /^(act|tkt)_([0-9a-z]{13})$/i.exec(id);
  if (sortable) {
    const prefix = (sortable[1] ?? "").toLowerCase();
    return {
      kind: prefix === "act" ? "activation" : "ticket",
      id: `${prefix}_${(sortable[2] ?? "").toUpperCase()}`,
    };
  }
  // A command carries the id of its activation.
  const command = /^cmd_([0-9A-Z]{13})_\d+$/i.exec(id);
  if (command) return { kind: "activation", id: `act_${(command[1] ?? "").toUpperCase()}` };
  if (/^[A-HJ-NPR-Z0-9]{17}$/i.test(id)) return { kind: "vin", id: id.toUpperCase() };
  return { kind: "other", id };
}
