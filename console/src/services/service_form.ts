import type { Service } from "../api/types";
import { pretty } from "../tickets/fields";

type ListName = "compatible_models" | "requires" | "conflicts";
export const lists: { name: ListName; label: string }[] = [
  { name: "compatible_models", label: "Compatible models" },
  { name: "requires", label: "Needs these services" },
  { name: "conflicts", label: "Excludes these services" },
];

/** A service as it stands in the fields of the form: all text. */
export interface ServiceForm extends Record<ListName, string> {
  name: string;
  description: string;
  min_firmware: string;
  parked: boolean;
  template: string;
}

export function formOf(service: Service): ServiceForm {
  return {
    name: service.name,
    description: text(service.description),
    min_firmware: text(service.min_firmware),
    compatible_models: joined(service.compatible_models),
    requires: joined(service.requires),
    conflicts: joined(service.conflicts),
    parked: Boolean((service.preconditions as { parked?: boolean } | undefined)?.parked),
    template: pretty(service.template ?? {}),
  };
}

/** What to store; nothing where the template is not a JSON object. Members that this form does not know are kept. */
export function documentOf(service: Service, form: ServiceForm): Record<string, unknown> | undefined {
  const template = objectOf(form.template);
  if (!template) return undefined;
  const { id: _id, version: _version, updated_at: _updatedAt, ...kept } = service;
  const document: Record<string, unknown> = { ...kept, name: form.name.trim(), template };
  const set = (name: string, value: unknown, given: boolean) =>
    given ? (document[name] = value) : delete document[name];
  set("description", form.description.trim(), form.description.trim() !== "");
  set("min_firmware", form.min_firmware.trim(), form.min_firmware.trim() !== "");
  for (const { name } of lists) {
    const items = form[name]
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean);
    set(name, items, items.length > 0);
  }
  set("preconditions", { parked: true }, form.parked);
  return document;
}

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return parsed && typeof parsed === "object" && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(", ") : "";
}
