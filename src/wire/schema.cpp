#include "wire/schema.h"

#include "base/check.h"

namespace cobro::wire {

Json SchemaRegistry::reference(const std::string& name, Make make) {
  const auto [entry, is_new] = entries_.try_emplace(name, Entry{make, {}});
  COBRO_CHECK(entry->second.make == make);
  // Entered before it is made, so that a schema may refer to itself.
  if (is_new) entry->second.schema = make(*this);
  Json result;
  result.set("$ref", "#/components/schemas/" + name);
  return result;
}

Json SchemaRegistry::schemas() const {
  JsonObject object;
  for (const auto& [name, entry] : entries_) object.emplace_back(name, entry.schema);
  return object;
}

}  // namespace cobro::wire
