/*
 * Names in wildcard expressions, with the rules of file systems:
 *   *  any characters            ?  one character
 *   <  DOS_STAR: any characters but the last dot of the name
 *   >  DOS_QM: one character that is not a dot, or nothing before a dot and at the end
 *   "  DOS_DOT: a dot, or nothing at the end
 *
 * The expression is run as a nondeterministic automaton: `states` holds every place of the expression
 * that the name so far can have led to, so that no combination of stars takes exponential time.
 */
#include "rtl_private.h"
#include "abi/nt/casemap.h"

#define STACK_STATES 260

/* Adds the places that are reached without taking a character; `next` is 0 at the end. */
static void close_over(UCHAR *states, const WCHAR *e, SIZE_T ne, WCHAR next, BOOLEAN at_end)
{
    for (SIZE_T i = 0; i < ne; i++)
        if (states[i] && (e[i] == '*' || e[i] == '<' || (e[i] == '>' && (at_end || next == '.')) ||
                          (e[i] == '"' && at_end)))
            states[i + 1] = 1;
}

static BOOLEAN run(UCHAR *states, const WCHAR *e, SIZE_T ne, const WCHAR *n, SIZE_T nn, BOOLEAN fold,
                   BOOLEAN fold_expression)
{
    SIZE_T last_dot = (SIZE_T)-1;

    for (SIZE_T j = 0; j < nn; j++)
        if (n[j] == '.')
            last_dot = j;
    memset(states, 0, ne + 1);
    states[0] = 1;
    for (SIZE_T j = 0; j < nn; j++) {
        WCHAR c = fold ? nt_upcase(n[j]) : n[j];
        BOOLEAN any = FALSE;

        close_over(states, e, ne, c, FALSE);
        states[ne] = 0;
        /* from the back, so that one array serves for before and after */
        for (SIZE_T i = ne; i-- > 0;) {
            WCHAR p = fold_expression ? nt_upcase(e[i]) : e[i];
            BOOLEAN here = states[i], forward, stay;

            forward = here && (p == '?' || (p == '>' && c != '.') || (p == '"' && c == '.') ||
                               (p == c && p != '*' && p != '<' && p != '>' && p != '"'));
            stay = here && (p == '*' || (p == '<' && j != last_dot));
            if (forward)
                states[i + 1] = 1;
            states[i] = stay;
            any |= forward | stay;
        }
        if (!any)
            return FALSE;
    }
    close_over(states, e, ne, 0, TRUE);
    return states[ne];
}

static BOOLEAN match(const WCHAR *e, SIZE_T ne, const WCHAR *n, SIZE_T nn, BOOLEAN fold,
                     BOOLEAN fold_expression)
{
    UCHAR space[STACK_STATES], *states = space;
    BOOLEAN result;

    if (ne == 1 && e[0] == '*')
        return TRUE;
    if (ne + 1 > sizeof(space)) {
        states = RtlAllocateHeap(rtl_heap(), 0, ne + 1);
        if (!states)
            RtlRaiseStatus(STATUS_NO_MEMORY); /* as documented for this function */
    }
    result = run(states, e, ne, n, nn, fold, fold_expression);
    if (states != space)
        RtlFreeHeap(rtl_heap(), 0, states);
    return result;
}

BOOLEAN NTAPI RtlIsNameInExpression(PCUNICODE_STRING expression, PCUNICODE_STRING name,
                                    BOOLEAN ignore_case, PCWCH upcase_table)
{
    (void)upcase_table; /* the system's table is the only one */
    if (!expression->Length || !name->Length)
        return !expression->Length && !name->Length;
    return match(expression->Buffer, expression->Length / sizeof(WCHAR), name->Buffer,
                 name->Length / sizeof(WCHAR), ignore_case, FALSE);
}

BOOLEAN NTAPI RtlIsNameInUnUpcasedExpression(PCUNICODE_STRING expression, PCUNICODE_STRING name,
                                             BOOLEAN ignore_case, PCWCH upcase_table)
{
    (void)upcase_table;
    if (!expression->Length || !name->Length)
        return !expression->Length && !name->Length;
    return match(expression->Buffer, expression->Length / sizeof(WCHAR), name->Buffer,
                 name->Length / sizeof(WCHAR), ignore_case, ignore_case);
}
