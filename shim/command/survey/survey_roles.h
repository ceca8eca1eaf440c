/* What each process is to its server: master, worker, helper. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SURVEY_ROLES_H
#define SHIM_COMMAND_SURVEY_ROLES_H

#include "command/survey/survey.h"

/** survey_give_roles() - with the roots judged: to all of them. The first one is the server. */
void survey_give_roles(struct survey *survey, const struct survey_question *question);

#endif
