// What the service lists to whom when all is over: asked for as clients ask, page by page.
#pragma once

#include <functional>
#include <vector>

#include "base/task.h"
#include "sim/evidence.h"
#include "wire/message.h"

namespace cobro::sim {

// `ask` sends a GET of that path and query with the token of `who`.
using AskAs = std::function<base::Task<wire::Reply>(std::string who, std::string path)>;

// Of every list, for every user, every tenant's administrator and the deployment's.
base::Task<std::vector<Listing>> collect_listings(AskAs ask);

}  // namespace cobro::sim
