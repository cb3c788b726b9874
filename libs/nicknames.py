"""What people whose given name is on a roster are called day by day, in the English of these islands."""

from __future__ import annotations

from collections.abc import Iterator

_CALLED = """
agnes: aggie, nessie
albert: bert, bertie, al
alexander: alex, alec, sandy, sasha
alexandra: alex, sandra, sasha
alfred: alf, alfie, fred
alison: ali, allie
andrew: andy, drew
anthony: tony
arthur: art
barbara: barb, babs, barbie
beatrice: bea, bee, trixie
benjamin: ben, benny, benji
brenda: bren
catherine: cath, cathy, kate, katie, kitty, cat
charles: charlie, chas, chuck
charlotte: lottie, charlie, lotta
christine: chris, chrissie, tina
christopher: chris, kit, topher
daniel: dan, danny
david: dave, davey, davy, dai
deborah: deb, debbie, debs
donald: don, donnie
dorothy: dot, dotty, dottie, dolly, dora
edith: edie
edward: ed, eddie, ned, ted, teddy
eleanor: ellie, nell, nellie, nora
elizabeth: liz, lizzie, beth, betty, bess, bessie, betsy, eliza, elsie, libby, lisa
evelyn: eve, evie
florence: flo, florrie, flossie
frances: fran, francie, frankie
francis: frank, frankie
frederick: fred, freddie, freddy
geoffrey: geoff
george: georgie
gerald: gerry
gillian: gill, gilly
gladys: glad
gwendoline: gwen
harold: harry, hal
helen: nell, ellie
henry: harry, hal, hank
hilda: hildy
isabel: izzy, bella, belle
jacqueline: jackie, jacqui
james: jim, jimmy, jamie
jane: janie, janey
janet: jan
jean: jeannie
jennifer: jen, jenny, jenni
joan: joanie
john: jack, johnny, jackie
jonathan: jon, jonny
joseph: joe, joey
josephine: jo, josie
joyce: joy
judith: judy, jude
kathleen: kath, kathy, kay, kathie
katherine: kath, kathy, kate, katie, kitty, kit
kenneth: ken, kenny
lawrence: larry, laurie
leonard: len, lenny
leslie: les
lilian: lil, lily, lillie
louisa: lou, lulu
lucille: lucy
mabel: mab
madeleine: maddie, maddy
margaret: maggie, meg, peggy, peg, madge, daisy, margie, greta, rita, marge
marjorie: marge, margie
martha: mattie, patty
martin: marty
mary: molly, polly, may, mamie
matilda: tilly, tilda
matthew: matt, matty
maureen: mo, reenie
michael: mike, mick, mickey, micky
mohammed: mo
muhammad: mo
nathaniel: nat, nathan
nicholas: nick, nicky
nicola: nicky, nikki
norman: norm
olive: ollie
oliver: ollie, olly
pamela: pam, pammy
patricia: pat, patsy, trish, tricia, patty
patrick: pat, paddy
pauline: paula
peter: pete
philip: phil, pip
priscilla: cilla
rebecca: becky, becca
reginald: reg, reggie
richard: rich, rick, dick, ricky
robert: bob, bobby, rob, robbie, bert
ronald: ron, ronnie
rosemary: rose, rosie
samantha: sam, sammy
samuel: sam, sammy
sarah: sally, sadie
sheila: shee
shirley: shirl
sidney: sid
stanley: stan
stephen: steve, stevie
susan: sue, susie, suzie
sylvia: syl
terence: terry
theresa: tess, tessa, terri
thomas: tom, tommy
timothy: tim, timmy
valerie: val
vera: vee
veronica: ronnie, vron
victoria: vicky, vic, tori
vincent: vince, vinny
violet: vi, vie
walter: wally, walt
wilfred: wilf
william: will, bill, billy, willie, liam
winifred: win, winnie, freda
yvonne: von, vonnie
"""


def _read() -> Iterator[tuple[str, frozenset[str]]]:
    for line in _CALLED.strip().splitlines():
        name, _, called = line.partition(":")
        yield name, frozenset(each.strip() for each in called.split(","))


NICKNAMES = dict(_read())
"""By given name, in small letters: what its bearer may be called."""
