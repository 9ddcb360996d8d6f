// What became of pressing Pay, whoever carried it out.

export type Outcome =
  | { kind: 'sent' } // taken, or being worked on: Cobro knows more
  | { kind: 'redirect'; url: URL } // the bank wants to ask the person
  | { kind: 'declined'; code: string }
  | { kind: 'moved_on' } // this payment has been ended elsewhere
  | { kind: 'mistake' } // shown where it was made
  | { kind: 'away'; maybe: boolean }; // maybe: the payment may have been made
