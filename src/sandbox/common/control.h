// The sandbox's own API below `/_sandbox/`: faults, withheld webhooks, settings. Takes forms
// and flat JSON objects, needs no key, answers JSON.
#pragma once

#include <functional>

#include "base/time.h"
#include "sandbox/common/api_error.h"
#include "sandbox/common/database.h"
#include "sandbox/common/faults.h"
#include "sandbox/common/params.h"
#include "wire/message.h"

namespace cobro::sandbox {

// What a gateway's sandbox lets be set while it runs.
class Settings {
 public:
  virtual ~Settings() = default;

  virtual wire::Json show() = 0;
  // Changes what the parameters name, all or nothing; gives what `show` does then.
  virtual Answer change(Params& params) = 0;
};

struct Controlled {
  Database& database;
  Faults& faults;
  Settings& settings;
  base::Timestamp now;
  std::function<void()> note_work;  // deliveries may be due that were not
};

// The request's form or flat JSON object, every value as text.
base::Result<wire::Json, ApiError> read_control_parameters(const wire::Request& request);
// An answer or a refusal as this API shows it.
wire::Reply control_reply(const Answer& answer);

wire::Reply answer_control(const Controlled& sandbox, const wire::Request& request);

}  // namespace cobro::sandbox
