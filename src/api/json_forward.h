#pragma once

// Names only: the headers of this folder stay free of Boost.JSON.

namespace boost::json {
class value;
class object;
class array;
}  // namespace boost::json
