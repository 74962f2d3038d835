// What the three axes say, in words for people. The axes are never merged into one word.

export type Tone = "calm" | "busy" | "wait" | "good" | "bad" | "back";

export interface Wording {
  label: string;
  tone: Tone;
  meaning: string;
}

const word = (label: string, tone: Tone, meaning: string): Wording => ({ label, tone, meaning });

export const stateWords: Record<string, Wording> = {
  PaymentConfirmed: word("Payment confirmed", "calm", "The order is stored; it will be queued at once."),
  Scheduled: word("Scheduled", "calm", "A deactivation whose day has not come."),
  QueuedForActivation: word("Queued", "calm", "Waits for its turn at the vehicle."),
  WaitingBudget: word(
    "Waiting for budget",
    "wait",
    "The vehicle's commands of this hour are spent. Waiting is not an attempt.",
  ),
  SendingCommand: word("Sending command", "busy", "The configure command is on its way to the IoT API."),
  WaitingResponse: word("Waiting for the car", "busy", "The command was sent; only the car's own word counts."),
  CheckingResponse: word("Checking response", "busy", "An answer came and is being judged."),
  Success: word("Success", "good", "The car has confirmed."),
  Failure: word("Attempt failed", "wait", "This attempt did not succeed."),
  EvaluatingRetry: word("Evaluating retry", "wait", "Is a retry left, and can one cure this?"),
  CalculateBackoff: word("Calculating backoff", "wait", "The wait before the next retry is being computed."),
  WaitingBackoff: word("Waiting for retry", "wait", "The next command follows when the backoff is over."),
  MaxRetriesExceeded: word(
    "Final grace",
    "wait",
    "All retries are used. A late confirmation still wins; nothing is sent.",
  ),
  NotifyingCustomer: word("Notifying customer", "good", "The customer is being told that the service is ready."),
  Active: word("Active", "good", "The car confirmed. The service is on."),
  Deactivated: word("Deactivated", "good", "The car confirmed that the feature is off."),
  QueryingVehicleState: word("Diagnosing", "bad", "The vehicle's state is being collected for the technician."),
  EscalatingToSupport: word("Escalating", "bad", "A support ticket is being opened."),
  ReversingPayment: word(
    "Reversing payment",
    "bad",
    "The money is on its way back: nobody pays for what was not delivered.",
  ),
  NotifyingFailure: word("Notifying failure", "bad", "The customer is being told."),
  Failed: word("Failed", "bad", "Not delivered. Whoever paid has the money back or is getting it."),
  Canceled: word("Canceled", "calm", "The newest wish was another one."),
};

/** All states in the order in which an activation passes them. */
export const stateOrder = Object.keys(stateWords);
export const endStates = ["Active", "Deactivated", "Failed", "Canceled"];

export const serviceWords: Record<string, Wording> = {
  Pending: word("Pending", "calm", "Ordered; no command was sent yet."),
  Activating: word("Activating", "busy", "On its way to the car."),
  Active: word("Active", "good", "The customer can use it."),
  "Pending Support": word("Pending Support", "bad", "Not delivered; its ticket is open."),
  "Failed Activation": word("Failed Activation", "bad", "Not delivered; its ticket is closed."),
  Deactivating: word("Deactivating", "busy", "Being switched off."),
  Inactive: word("Inactive", "calm", "Switched off."),
  Canceled: word("Canceled", "calm", "Withdrawn before it was delivered."),
};

export const moneyWords: Record<string, Wording> = {
  none: word("Nothing to pay", "calm", "No money is involved."),
  held: word("Held", "busy", "Promised by the customer's bank, not taken."),
  prepaid: word("Prepaid", "busy", "Taken by the shop beforehand; it goes back if the car does not confirm."),
  capturing: word("Capturing", "wait", "The car has confirmed; the held money is being taken."),
  captured: word("Captured", "good", "Paid: the car had confirmed before."),
  releasing: word("Releasing", "wait", "The hold is being let go."),
  released: word("Released", "back", "The hold is gone; the customer was never debited."),
  refunding: word("Refunding", "wait", "On its way back; tried until the provider says done."),
  refunded: word("Refunded", "back", "The customer has the money back."),
  written_off: word("Written off", "bad", "Delivered, but the money could not be taken."),
};
export const moneyOrder = Object.keys(moneyWords);

export const categoryWords: Record<string, string> = {
  TransientNetwork: "Network trouble",
  VehicleOffline: "Vehicle offline",
  ApiIotError: "IoT API error",
  InvalidConfiguration: "Invalid configuration: a bug in the template or here",
  VehicleIncompatible: "Vehicle incompatible: wrong data",
  AuthorizationFailure: "Not authorised: wrong credentials",
  MaxRetriesExceeded: "All retries used",
};

export const eventWords: Record<string, string> = {
  ordered: "Order accepted",
  granted: "Command sent",
  budget_exhausted: "No command budget",
  precheck_failed: "Vehicle not ready",
  found_active: "Active in the car already",
  answered: "IoT API answered",
  observed: "Outcome observed",
  overdue: "No answer in time",
  elapsed: "The wait is over",
  horizon_reached: "The hold is about to expire",
  diagnosed: "Diagnosis complete",
  money_moved: "Money moved",
  cancel_requested: "Cancellation requested",
  ticket_ended: "Ticket ended",
};

export const ticketStateWords: Record<string, Wording> = {
  open: word("Open", "busy", "On the technician's desk."),
  waiting_customer: word("Waiting for customer", "wait", "The solving clock is paused."),
  resolved: word("Resolved", "good", "The customer has the service."),
  closed: word("Closed", "calm", "Ended without delivery."),
};

export const noticeWords: Record<string, string> = {
  PaymentConfirmed: "Payment confirmed",
  ActivationStarted: "Activation started",
  ActivationSuccessful: "Service active",
  ActivationFailed: "Activation issue, not charged",
  MoneyReturned: "Money returned",
  WorkshopVisit: "Workshop visit",
  Alternative: "Alternative offered",
};

/** The wording of a value that this console does not know yet: the value itself. */
export function wordingOf(words: Record<string, Wording>, value: string): Wording {
  return words[value] ?? word(value || "unknown", "calm", "");
}

/** `snake_case` and `CamelCase` as a sentence's beginning. */
export function plain(name: string): string {
  const spaced = name
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
