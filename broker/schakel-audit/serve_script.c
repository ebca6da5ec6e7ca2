/* SPDX-License-Identifier: EUPL-1.2 */
#include "serve.h"

/* Made of controle.js: a file of its own for the browser, a part of the program for the operator.
 */
const char serve_script[] =
#include "pages/controle.js.h"
	;
