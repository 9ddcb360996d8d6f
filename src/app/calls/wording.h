// What the outcome of a gateway call says to the caller who waits for it.
#pragma once

#include "app/calls/handler.h"

namespace cobro::app {

// `word` when accepted; 402 when declined; else a refusal that says why, or that it is unknown.
Answer answer_of(const Call& call, const Completed& completed, const RenderCompleted& render);
domain::Refusal outcome_unknown();

}  // namespace cobro::app
