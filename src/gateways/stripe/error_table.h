// What each refusal of Stripe's means to us, in one table: operation × status × type × code ×
// parameter. The codes are all that Stripe publishes (docs.stripe.com/error-codes), whether or
// not a call of ours is known to meet them. The first row that fits decides.
//
// The rules behind it: a refusal in Stripe's own words is one, whatever its code, and nothing was
// done. Nothing is certain when a request or a key of ours is under way or was used before, nor
// when Stripe itself failed. Where the refusal may come from an object that is not where we
// thought, that object is looked at before anything is concluded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cobro::gateways::stripe {

// What was asked for, as far as a refusal can mean different things.
enum class Asked : std::uint16_t {
  create = 1,
  confirm = 2,
  capture = 4,
  cancel = 8,
  refund = 16,
  create_customer = 32,
  attach = 64,
  detach = 128,
  subscribe = 256,
  change_subscription = 512,
  end_subscription = 1024,
  pay_invoice = 2048,
};

enum class Meaning {
  declined,    // the customer's bank or method said no
  refused,     // nothing was done, and that is all there is to know
  look_first,  // nothing was done, perhaps because the object is not where we thought
  busy,        // nothing was done for now: it may be asked for again
  unknown,     // nothing is proven
};

// Which object of ours Stripe does not have, or does not take.
enum class Culprit { nothing, payment_method, customer, price, subscription, path };

struct StripeError {
  int status = 0;
  std::string type;
  std::string code;       // empty when there is none
  std::string parameter;  // empty when none is named
  std::string message;
};

struct Verdict {
  Meaning meaning = Meaning::unknown;
  Culprit culprit = Culprit::nothing;
  bool gone = false;  // Stripe says that it has no such object
};

// Judges an error object of Stripe's, of an answer that is not 2xx.
Verdict judge(Asked asked, const StripeError& error);

}  // namespace cobro::gateways::stripe
