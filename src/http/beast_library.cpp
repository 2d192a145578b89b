// The one translation unit of Boost.Beast.
#include <boost/beast/src.hpp>
