// Who asks the service for something.
#pragma once

#include <string>
#include <vector>

namespace cobro::sim {

// Users; "admin" has that role.
inline const std::vector<std::string> kPeople = {"ana", "luis", "rosa"};

}  // namespace cobro::sim
