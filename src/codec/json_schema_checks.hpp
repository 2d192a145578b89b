// The checks of the keywords, for the compiler's table.
#pragma once

#include "codec/json_schema_validation.hpp"

namespace noded::codec::checks {

using boost::json::value;

bool type(Validation&, const Keyword&, const value&, const Place&);
bool enumeration(Validation&, const Keyword&, const value&, const Place&);
bool constant(Validation&, const Keyword&, const value&, const Place&);

bool min_length(Validation&, const Keyword&, const value&, const Place&);
bool max_length(Validation&, const Keyword&, const value&, const Place&);
bool pattern(Validation&, const Keyword&, const value&, const Place&);
bool format(Validation&, const Keyword&, const value&, const Place&);

bool minimum(Validation&, const Keyword&, const value&, const Place&);
bool maximum(Validation&, const Keyword&, const value&, const Place&);
bool exclusive_minimum(Validation&, const Keyword&, const value&, const Place&);
bool exclusive_maximum(Validation&, const Keyword&, const value&, const Place&);
bool multiple_of(Validation&, const Keyword&, const value&, const Place&);

bool properties(Validation&, const Keyword&, const value&, const Place&);
bool pattern_properties(Validation&, const Keyword&, const value&, const Place&);
bool additional_properties(Validation&, const Keyword&, const value&, const Place&);
bool property_names(Validation&, const Keyword&, const value&, const Place&);
bool required(Validation&, const Keyword&, const value&, const Place&);
bool min_properties(Validation&, const Keyword&, const value&, const Place&);
bool max_properties(Validation&, const Keyword&, const value&, const Place&);
bool dependent_required(Validation&, const Keyword&, const value&, const Place&);
bool dependent_schemas(Validation&, const Keyword&, const value&, const Place&);

bool items(Validation&, const Keyword&, const value&, const Place&);  // one schema for the items
                                                                      // behind the prefix
bool prefix_items(Validation&, const Keyword&, const value&, const Place&);  // one schema for each;
                                                                             // also `items` as a
                                                                             // list
bool additional_items(Validation&, const Keyword&, const value&, const Place&);  // behind `items`
                                                                                 // as a list
bool min_items(Validation&, const Keyword&, const value&, const Place&);
bool max_items(Validation&, const Keyword&, const value&, const Place&);
bool unique_items(Validation&, const Keyword&, const value&, const Place&);
bool contains(Validation&, const Keyword&, const value&, const Place&);

bool any_of(Validation&, const Keyword&, const value&, const Place&);
bool one_of(Validation&, const Keyword&, const value&, const Place&);
bool all_of(Validation&, const Keyword&, const value&, const Place&);
bool negation(Validation&, const Keyword&, const value&, const Place&);
bool condition(Validation&, const Keyword&, const value&, const Place&);
bool reference(Validation&, const Keyword&, const value&, const Place&);

}  // namespace noded::codec::checks
