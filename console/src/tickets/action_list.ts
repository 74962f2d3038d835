export interface TicketAction {
  name: string;
  label: string;
  /** What the button leads to, in a few words. */
  effect: string;
  explanation: string;
  confirm: string;
  wordsLabel: string;
  asksPrice?: boolean;
  asksPayload?: boolean;
}

const reason = "Reason, for the record";

export const actions: TicketAction[] = [
  {
    name: "retry",
    label: "Retry activation",
    effect: "a new attempt, linked to this one",
    explanation:
      "Starts a new activation that follows from this one. The money of the first one has gone back: say who pays now.",
    confirm: "Start the retry",
    wordsLabel: reason,
    asksPrice: true,
  },
  {
    name: "modify_payload",
    label: "Modify payload",
    effect: "another configuration, once",
    explanation:
      "Changes what is sent for this activation only. A second person has to send the same payload to approve it.",
    confirm: "Propose or approve",
    wordsLabel: reason,
    asksPrice: true,
    asksPayload: true,
  },
  {
    name: "schedule_inspection",
    label: "Schedule inspection",
    effect: "tell the customer: workshop",
    explanation: "For hardware that seems broken. The customer is told that a visit to the workshop is needed.",
    confirm: "Schedule it",
    wordsLabel: "When and where; the customer reads this",
  },
  {
    name: "escalate_iot",
    label: "Escalate to IoT team",
    effect: "the network is suspected",
    explanation: "Hands the ticket to the team of the IoT API.",
    confirm: "Hand over",
    wordsLabel: "What they should look at",
  },
  {
    name: "escalate_development",
    label: "Escalate to development",
    effect: "a bug of ours is suspected",
    explanation: "Files this as a bug of ours. The customer is offered an alternative.",
    confirm: "Hand over",
    wordsLabel: "What was found, and what the customer is offered",
  },
  {
    name: "contact_customer",
    label: "Contact customer",
    effect: "pauses the solving clock",
    explanation: "Records that the customer was asked for something. The solving clock pauses until the answer.",
    confirm: "Record it",
    wordsLabel: "What was asked",
  },
  {
    name: "resolve",
    label: "Resolve",
    effect: "the customer has the service",
    explanation: "Ends the ticket as solved.",
    confirm: "Resolve the ticket",
    wordsLabel: "What solved it",
  },
  {
    name: "close",
    label: "Close",
    effect: "ends without delivery",
    explanation:
      "Ends the ticket without delivery: the service status becomes Failed Activation. The money has gone back.",
    confirm: "Close the ticket",
    wordsLabel: reason,
  },
];
