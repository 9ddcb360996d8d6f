// `expand[]`: an id in an answer becomes the object it names (GATEWAYS §1.5), a list that is
// left out of an object is put in. Paths may lead through lists: `items.data.price.product`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/stripe/account.h"

namespace cobro::sandbox::stripe {

// The 400 for a path that cannot be expanded in an answer of that kind, or nothing. In a
// list's answer, paths begin with `data.`.
std::optional<ApiError> check_expand(const Call& call, std::string_view kind, bool is_list,
                                     const std::vector<std::string>& paths);
// Gives every object of the answer the shape of the call's version, then expands. Paths must
// have passed check_expand.
void expand(const Call& call, std::string_view kind, wire::Json& answer,
            const std::vector<std::string>& paths);

}  // namespace cobro::sandbox::stripe
