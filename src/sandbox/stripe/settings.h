// What can be set of this sandbox while it runs.
#pragma once

#include "sandbox/common/control.h"
#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

class StripeSettings final : public Settings {
 public:
  // `options` are the account's own, to be changed.
  StripeSettings(Account& account, StripeOptions& options) : account_(account), options_(options) {}

  wire::Json show() override;
  Answer change(Params& params) override;

 private:
  Account& account_;
  StripeOptions& options_;
};

}  // namespace cobro::sandbox::stripe
