// Our own Stripe: on the wire it is what api.stripe.com is, for one test account.
//
// Clients (the official SDKs, our adapter, a person with curl) talk to `handle` as they
// would to Stripe; `run` does what Stripe does by itself later: it delivers webhooks and
// settles what was left pending. It knows nothing of the rest of Cobro. State lives in one
// SQLite database of its own and survives a restart when that is a file.
//
// One thread; everything handed in outlives it. What it deliberately does not do: Connect,
// other payment methods than cards, search, the v2 API.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/task.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/log.h"
#include "ports/random.h"
#include "sandbox/common/faulty_api.h"
#include "wire/message.h"

namespace cobro::sandbox {

struct WebhookTarget {
  std::string url;
  base::Secret secret;  // used whole, `whsec_` included
};

struct StripeOptions {
  std::string database = ":memory:";  // a file's path, or ":memory:"
  std::vector<WebhookTarget> webhooks;
  // Origin of this listener as people's browsers reach it: the 3-D Secure page lives there.
  std::string public_url = "http://127.0.0.1:12111";
  // How much later Stripe's slow things happen: a refund settles or fails, a dispute opens.
  base::Duration settle_after = std::chrono::seconds(1);
  // How long a POST is under way before it takes effect; its key is in use meanwhile.
  base::Duration processing_time{0};
  base::Duration idempotency_kept = std::chrono::hours(24);
  // When an authorisation that nobody captured is released.
  base::Duration authorization_lasts = std::chrono::hours(7 * 24);
  // How long a renewal's invoice stays a draft; Stripe takes an hour.
  base::Duration draft_lasts{0};
  // What becomes of a subscription whose renewal failed for good: "cancel", "unpaid" or
  // "past_due".
  std::string after_retries = "cancel";
  // The test clock that new customers live by when they name none; "" is real time.
  std::string test_clock;
  int events_kept = 100'000;
  // Rules there are from the start: `answer_lost,path=/v1/refunds,percent=10` (faults.h).
  std::vector<std::string> faults;
};

class Stripe {
 public:
  // Throws sqlite::Error when the database cannot be opened, std::runtime_error for a fault
  // that cannot be read.
  Stripe(StripeOptions options, ports::Clock& clock, ports::Random& random, ports::HttpClient& http,
         ports::Log& log);
  ~Stripe();
  Stripe(const Stripe&) = delete;
  Stripe& operator=(const Stripe&) = delete;

  // Answers every request that reaches the listener; see kCutHeader. Never throws for what
  // a client sent.
  base::Task<wire::Reply> handle(wire::Request request);
  // Delivers webhooks and settles pending things until it is destroyed. Run it once at a
  // time; what was left by an earlier process is taken up.
  base::Task<void> run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cobro::sandbox
